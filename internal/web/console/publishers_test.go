package console_test

import (
	"fmt"
	"strings"
	"testing"

	"netpatrol/bots"
)

func TestABulletinIsOfferedToEveryAccountThatCanPublishAndToNoOther(t *testing.T) {
	s := newSite(t)
	s.Put(&bots.Account{Head: bots.Head{ID: "wecom", State: string(bots.Live)}, Platform: "notify", Internal: true})
	for n := range 300 {
		s.Put(&bots.Account{Head: bots.Head{ID: fmt.Sprintf("forum%03d", n), State: string(bots.Suggest)}, Platform: "manual", Unit: "海口网警"})
	}
	page := s.as("wu").get("/bulletins/new")
	page.lacks(`value="wecom"`)
	if n := strings.Count(page.body, `name="account"`); n != 303 {
		t.Errorf("%d accounts are offered, want 300 and the three of the station", n)
	}
}
