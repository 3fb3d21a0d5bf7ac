package engine

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"netpatrol/internal/record"
)

// dayIn writes a day as a letter in a language does.
func dayIn(language string, t time.Time) string {
	if strings.HasPrefix(language, "en") {
		return t.In(china).Format("2 January 2006")
	}
	return t.In(china).Format("2006年1月2日")
}

// writeLetter fills the template of what a site is asked to put right.
func (c *commit) writeLetter(r *record.Rectification, s *record.Site) (err error) {
	if r.Points == "" {
		return refuse("findings", "write what was found, and what of it the letter says")
	}
	unit := c.e.o.Unit
	r.Letter, r.Rev, err = c.letter("letter-rectification", r.Code, s, map[string]string{"Points": r.Points, "Deadline": dayIn(unit.Language, r.Deadline)})
	return err
}

// reminder fills the template by which a site is reminded.
func (c *commit) reminder(r *record.Rectification, s *record.Site) (string, error) {
	language := c.e.o.Unit.Language
	vars := map[string]string{"Sent": dayIn(language, r.SignedAt), "Deadline": dayIn(language, r.Deadline)}
	if r.State == record.RectificationOverdue {
		vars["Overdue"] = "true"
	}
	letter, _, err := c.letter("letter-reminder", r.Code, s, vars)
	return letter, err
}

// letter renders one and lints it as any text that leaves: links to the site's own pages are what it is about.
func (c *commit) letter(template, code string, s *record.Site, vars map[string]string) (string, int, error) {
	vars["Site"], vars["Unit"], vars["Code"], vars["Automatic"] = s.Name, c.e.o.Unit.Name, code, ""
	t, err := c.e.o.Writer.Render(c.e.o.Unit.Language, template, vars)
	if err != nil {
		return "", 0, worded(err)
	}
	if err := c.e.o.Writer.Lint(withoutLinksTo(s.Page, t.Text)); err != nil { // promise 11
		return "", 0, worded(err)
	}
	return t.Text, t.Rev, nil
}

// withoutLinksTo leaves the links to a site's own pages out.
func withoutLinksTo(page, text string) string {
	u, err := url.Parse(page)
	if err != nil || u.Host == "" {
		return text
	}
	own := regexp.MustCompile(`(?i)https?://` + regexp.QuoteMeta(u.Host) + `(?:/[!-~]*)?(?:[^!-~]|$)`)
	return own.ReplaceAllString(text, " ")
}
