package cmd

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
)

func TestAccountsListShowsTheHonestResponseTime(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	calls := &record.Calls{}
	calls.Spend(adapters.CallBudget{N: 100, Per: 24 * time.Hour, Spare: 10}, now)
	for _, c := range []struct {
		pulse   record.Pulse
		columns []string
		json    string
	}{
		{record.Pulse{Hears: 48 * time.Minute, Calls: calls}, []string{"48m (too late for 30m)", "99", "-"}, `{"hears":"48m","answersWithin30m":false,"callsLeft":99}`},
		{record.Pulse{Hears: 10 * time.Minute}, []string{"10m", "-", "-"}, `{"hears":"10m","answersWithin30m":true}`},
		{record.Pulse{Hears: 90 * time.Minute}, []string{"1h30m (too late for 30m)", "-", "-"}, `{"hears":"1h30m","answersWithin30m":false}`},
		{record.Pulse{Hears: 2 * time.Hour}, []string{"2h (too late for 30m)", "-", "-"}, `{"hears":"2h","answersWithin30m":false}`},
		{record.Pulse{}, []string{"-", "-", "-"}, `{"answersWithin30m":true}`},
	} {
		p := paceOf(api.Pulse{Pulse: &c.pulse}, now)
		b, err := json.Marshal(p)
		if got := p.columns(); err != nil || !slices.Equal(got, c.columns) || string(b) != c.json {
			t.Errorf("%+v: %q and %s, want %q and %s", c.pulse, got, b, c.columns, c.json)
		}
	}
	if got := (*pace)(nil).columns(); !slices.Equal(got, []string{"-", "-", "-"}) {
		t.Errorf("nothing heard yet: %q", got)
	}
}

// A row says how an account is doing within eighty columns; what is the matter stands below it.
func TestAccountsListFitsATerminal(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	account := func(id, platform string, mode bots.Mode, change func(*bots.Account)) api.Account {
		a := &bots.Account{Head: bots.Head{ID: id, State: string(mode)}, Platform: platform, Unit: "示例市公安局网络警察支队", Handle: "wangjing", Confirmed: true}
		change(a)
		return api.Account{Account: a, Envelope: api.Envelope{ID: id, State: string(mode)}}
	}
	pulse := func(id string, p record.Pulse) api.Pulse { return api.Pulse{Pulse: &p, Envelope: api.Envelope{ID: id}} }
	long := strings.Repeat("很长的原因", 80)
	list := withPulses([]api.Account{
		account("haikou-weibo-guanwei", "discourse", bots.Suggest, func(*bots.Account) {}),
		account("city", "weibo", bots.Live, func(a *bots.Account) {
			a.Suspect, a.Confirmed, a.Attested = "名称有变", false, []string{"lin", "wu"}
		}),
		account("bbs", "discuz", bots.Observe, func(a *bots.Account) { a.Confirmed, a.Wanted, a.WantedBy = false, bots.Suggest, "lin" }),
		account("new", "nodebb", bots.Observe, func(*bots.Account) {}),
	}, []api.Pulse{
		pulse("haikou-weibo-guanwei", record.Pulse{Heard: now, Hears: 48 * time.Minute, Trouble: map[string]string{"mentions": long}, Since: now}),
		pulse("city", record.Pulse{Heard: now, Hears: 10 * time.Minute, Ends: now, Failed: now, Failure: "send: 403: suspended"}),
		pulse("bbs", record.Pulse{Trouble: map[string]string{"open": "no such host"}, Since: now, Failed: now, Failure: "open: no such host"}),
	}, now)
	var out strings.Builder
	writeAccounts(&out, list)
	who, rows := 0, 0
	for line := range strings.Lines(out.String()) {
		if i := strings.Index(line, "WHO"); i >= 0 {
			who = columns(line[:i])
		}
		if columns(strings.TrimSpace(line)) > 430 {
			t.Errorf("a line of %d columns", columns(line))
		}
		if !strings.HasPrefix(line, "    ") {
			rows++
		}
	}
	if who == 0 || who > 80 || rows != 5 {
		t.Errorf("WHO begins in column %d, %d rows:\n%s", who, rows, out.String())
	}
	if n := strings.Count(out.String(), "last error"); n != 1 {
		t.Errorf("%d last errors: what still fails is said once", n)
	}
	for _, want := range []string{
		`haikou-weibo-guanwei +discourse +failing +suggest +11-25 \d\d:00 +- `, `city +weibo +held +live`, `bbs +discuz +closed +observe +- `, `new +nodebb +ok +observe +- `,
		`    hears within 48m \(too late for 30m\)`, `    failing since 11-25 \d\d:00: mentions: 很长`, `    sends are held: 名称有变`, `    suggest is wanted by lin`,
		`attested by lin, wu`, `not confirmed`, `    authorised until 11-25`, `    last error 11-25 \d\d:00: send: 403: suspended`, `    failing since .*: open: no such host`,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
