package app

import (
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	pretend "netpatrol/internal/sandbox/weibo"
)

// Whatever is wrong with a file, people are told of it once, and again at the next start.
func TestAnAccountFileThatIsSetAsideIsAnAlarm(t *testing.T) {
	app, _ := weiboStation(t, asIs[pretend.Options], asIs[config.Account])
	faults := config.Faults{
		{File: "/etc/np/accounts.d/sanya.yaml", What: "no platform"}, {File: "/etc/np/accounts.d/sanya.yaml", What: "no secret"},
		{File: "/etc/np/accounts.d/" + demoWeiboID + ".yaml", What: "this is not YAML"},
	}
	for range 2 {
		if err := app.setAside(t.Context(), faults); err != nil {
			t.Fatal(err)
		}
	}
	about := map[string]bots.Target{}
	for _, r := range (&sim{t: t, app: app}).all(record.KindAlarm) {
		if a := r.(*record.Alarm); strings.Contains(a.Why, "没有启用") {
			about[a.ID] = a.About
		}
	}
	if len(about) != 2 || about["config/sanya.yaml.alarm"].ID != "" || about["config/"+demoWeiboID+".yaml.alarm"].ID != demoWeiboID {
		t.Errorf("%v", about)
	}
}
