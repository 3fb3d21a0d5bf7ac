package mastodon_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

// report is a report that reached the server's moderators.
type report struct {
	id, status, author, comment, category string
}

func (r report) sent() adaptertest.Sent {
	kinds := map[string]adapters.FlagKind{"legal": adapters.FlagIllegal, "spam": adapters.FlagSpam, "other": adapters.FlagOther}
	return adaptertest.Sent{Ref: adapters.Ref("report:" + r.id), Channel: adapters.Moderators, Parent: adapters.Ref(r.status), Text: r.comment, Flag: kinds[r.category]}
}

func (f *fake) report(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Author   string   `json:"account_id"`
		Statuses []string `json:"status_ids"`
		Comment  string   `json:"comment"`
		Category string   `json:"category"`
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	p := f.byID(strings.Join(in.Statuses, ","))
	if p == nil || p.author != in.Author {
		say(w, 404, map[string]any{"error": "Record not found"})
		return
	}
	if f.reportAnswer != "" {
		_, _ = io.WriteString(w, f.reportAnswer)
		return
	}
	made := report{id: strconv.Itoa(48914 + len(f.reports)), status: p.id, author: in.Author, comment: in.Comment, category: in.Category}
	f.reports = append(f.reports, made)
	say(w, 200, map[string]any{"id": made.id, "action_taken": false, "category": made.category, "comment": made.comment})
}

func TestPromise4_AReportWithoutAnIDIsUnknown(t *testing.T) {
	f := newFake()
	f.reportAnswer = `{"category":"spam"}`
	caps := open(t, f, nil).caps
	r, err := caps.Flag.Flag(t.Context(), adapters.Attempt{Key: "k", Code: "NP-7Q4"}, adapters.Flag{Post: f.Write("tag:反诈", "稳赚不赔"), Kind: adapters.FlagSpam, Text: "请核实 NP-7Q4"})
	if err == nil || adapters.ClassOf(err) != adapters.Unknown {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestFlag_NamesTheAuthor: a report is about an account, and shows its post.
func TestFlag_NamesTheAuthor(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil).caps
	if _, err := caps.Flag.Flag(t.Context(), adapters.Attempt{Key: "k"}, adapters.Flag{Post: f.Write("tag:反诈", "稳赚不赔"), Kind: adapters.FlagIllegal, Text: "请核实"}); err != nil {
		t.Fatal(err)
	}
	if got := f.reports; len(got) != 1 || got[0].author != aliceID || got[0].category != "legal" {
		t.Errorf("%+v", got)
	}
}

// TestFind_NoReports: reports cannot be listed, so that nothing settles one of unknown outcome.
func TestFind_NoReports(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil).caps
	got, err := caps.Find.Find(t.Context(), adapters.FindQuery{Channel: adapters.Moderators, Parent: f.Write("tag:反诈", "稳赚不赔"), Code: "NP-7Q4", Since: time.Now().Add(-time.Minute)})
	if err != nil || got.Verdict != adapters.Inconclusive {
		t.Errorf("%v, %v", got.Verdict, err)
	}
}
