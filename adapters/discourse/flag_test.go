package discourse_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"netpatrol/adapters"
)

func TestPromise4_AFlagThatIsAnsweredWithoutItsPostIsUnknown(t *testing.T) {
	f := newFake()
	post := f.Write("posts", "内部渠道，稳赚不赔")
	for _, body := range []string{`{}`, `{"id":4711}`} {
		caps := open(t, f, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/post_actions.json" {
				return false
			}
			_, _ = io.WriteString(w, body)
			return true
		})
		r, err := caps.Flag.Flag(t.Context(), try, adapters.Flag{Post: post, Kind: adapters.FlagSpam, Text: "请核实 NP-7Q4"})
		if err == nil || adapters.ClassOf(err) != adapters.Unknown {
			t.Errorf("%s: %+v, %v", body, r, err)
		}
	}
}

// TestFlag_Absent: that no flag of ours stands is only said when the forum says that we may flag.
func TestFlag_Absent(t *testing.T) {
	for name, c := range map[string]struct {
		actions string
		want    adapters.Verdict
	}{
		"we may":                 {`[{"id":8,"can_act":true},{"id":10,"can_act":true}]`, adapters.Absent},
		"we did":                 {`[{"id":10,"count":1,"acted":true}]`, adapters.Found},
		"we did, as another one": {`[{"id":8,"count":1,"acted":true}]`, adapters.Inconclusive},
		"we may as another one":  {`[{"id":8,"can_act":true}]`, adapters.Inconclusive},
		"it does not say":        {`[]`, adapters.Inconclusive},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			post := f.Write("posts", "内部渠道，稳赚不赔")
			caps := open(t, f, func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/posts/"+string(post)+".json" {
					return false
				}
				_, _ = fmt.Fprintf(w, `{"id":%s,"topic_id":301,"raw":"x","actions_summary":%s}`, post, c.actions)
				return true
			})
			got, err := caps.Find.Find(t.Context(), adapters.FindQuery{Channel: adapters.Moderators, Parent: post, Flag: adapters.FlagIllegal, Code: "NP-7Q4"})
			if err != nil || got.Verdict != c.want {
				t.Errorf("%v, %v; want %v", got.Verdict, err, c.want)
			}
		})
	}
}

// TestFlag_RefusedForAnotherReason: only a flag that stands turns a refusal into a success.
func TestFlag_RefusedForAnotherReason(t *testing.T) {
	f := newFake()
	post := f.Write("posts", "内部渠道，稳赚不赔")
	caps := open(t, f, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/post_actions.json" {
			return false
		}
		fail(w, 403, "invalid_access")
		return true
	})
	r, err := caps.Flag.Flag(t.Context(), try, adapters.Flag{Post: post, Kind: adapters.FlagIllegal, Text: "请核实 NP-7Q4"})
	if err == nil || adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("%+v, %v", r, err)
	}
}
