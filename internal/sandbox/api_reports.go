package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"
)

const maxComment = 1000 // characters of a report, docs.joinmastodon.org/methods/reports

// Report is one post reported to the server's moderators.
type Report struct {
	ID       string
	By       string // handle of who reported
	Author   string // handle of who wrote the post
	Status   StatusID
	Category string
	Comment  string
	At       time.Time
}

// Reports lists what was reported, oldest first. The same post may stand in it many times.
func (m *Microblog) Reports() []Report {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.reports)
}

// createReport takes a report of one post. The server keeps every report, a second one of
// the same post by the same account too, and a report without a post is not offered here.
func createReport(c *call) (any, error) {
	s, err := c.reported()
	if err != nil {
		return nil, err
	}
	r := Report{
		ID: c.m.ids.serial(c.now), By: c.viewer.handle, Author: s.author.handle, Status: StatusID(s.id),
		Category: c.param("category"), Comment: c.param("comment"), At: c.now,
	}
	if r.Category == "" {
		r.Category = "other"
	}
	switch {
	case utf8.RuneCountInString(r.Comment) > maxComment:
		return nil, c.invalid(fmt.Sprintf("Comment is too long (maximum is %d characters)", maxComment), fmt.Sprintf("comment length must be no more than %d chars", maxComment))
	case !slices.Contains([]string{"spam", "legal", "violation", "other"}, r.Category):
		return nil, c.invalid("Category is not included in the list", "category was not recognized")
	}
	c.m.reports = append(c.m.reports, r)
	return object{
		"id": r.ID, "action_taken": false, "action_taken_at": nil, "category": r.Category, "comment": r.Comment, "forwarded": c.flag("forward"),
		"created_at": stamp(r.At), "status_ids": []string{s.id}, "rule_ids": nil, "target_account": c.viewAccount(s.author),
	}, nil
}

// reported finds the post a report names: one of the account it names, that the caller sees.
func (c *call) reported() (*status, error) {
	ids := c.list("status_ids")
	if len(ids) != 1 {
		return nil, &apiError{http.StatusUnprocessableEntity, "This server takes reports of one status"}
	}
	s := c.m.byID[ids[0]]
	if s == nil || !s.visibleTo(c.viewer) || s.author.id != c.param("account_id") {
		return nil, c.notFound()
	}
	return s, nil
}
