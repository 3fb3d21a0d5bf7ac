package app

import (
	"context"
	"net/url"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/sandbox/bridge"
	"netpatrol/internal/web/api"
)

// bridgeVenue is a pretend partner site that keeps the bridge contract. It pushes what
// people write and is polled as well, a person there looks at bulletins before they
// appear, and the first answers to sends are lost on the way.
type bridgeVenue struct {
	listener
	site *bridge.Site
}

const demoBridgeSecret = "0000000000000000000000000000000000000000000000000000000000000001"

// newBridgeVenue makes one whose pushes go to netpatrol's front door.
func newBridgeVenue(door string) (*bridgeVenue, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	v := &bridgeVenue{listener: l}
	v.site = bridge.New(bridge.Options{
		Secret: demoBridgeSecret, Name: demoName, CallbackURL: "http://" + door + "/callback/" + url.PathEscape(v.account().ID),
		RetryDelay: 300 * time.Millisecond, ReviewDelay: 300 * time.Millisecond,
	})
	v.site.Fault(bridge.Fault{Kind: bridge.ResetAfter, On: "POST /v1/messages"})
	v.site.Fault(bridge.Fault{Kind: bridge.Gateway, On: "POST /v1/publications"})
	for _, s := range bridgeScenes {
		if _, err := v.site.AddPerson(s.who); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (v *bridgeVenue) account() config.Account {
	return config.Account{
		ID: "shequ", Platform: "bridge", BaseURL: v.base(), Names: []string{demoName}, Language: "zh-Hans", Watch: []string{"messages", "mentions"},
		Poll: time.Second, Secrets: map[string]adapters.Secret{"secret": demoBridgeSecret},
	}
}

func (v *bridgeVenue) serve(ctx context.Context) error {
	defer v.site.Close()
	return serveOn(ctx, v, v.site)
}

// bridgeScenes are what people on the site do: when, who, what, and in what part.
var bridgeScenes = []struct {
	at        time.Duration
	who, says string
	role      sandbox.Role
}{
	{400 * time.Millisecond, "阿梁", "被骗了，刚给一个冒充领导的人转了5万，怎么办", sandbox.Victim},
	{1100 * time.Millisecond, "符阿婆", "@" + demoName + " 有人打电话说我医保卡停用了，要我报验证码，这是不是骗局？", sandbox.Asker},
}

func (v *bridgeVenue) play(ctx context.Context, pace float64) error {
	began := time.Now()
	for _, s := range bridgeScenes {
		sleep(ctx, time.Until(began.Add(time.Duration(float64(s.at)*pace))))
		if err := ctx.Err(); err != nil {
			return err
		}
		say := v.site.Write
		if s.role == sandbox.Asker {
			say = v.site.Mention
		}
		if _, err := say(s.who, s.says); err != nil {
			return err
		}
	}
	return nil
}

func (v *bridgeVenue) page() (title, url string) {
	return "a member of a partner site", v.base() + "/citizen"
}

func (v *bridgeVenue) oddities() (twice, removed int) { return len(v.site.Duplicates()), 0 }

func (v *bridgeVenue) received() (all []delivery) {
	told := map[string]bool{}
	for _, r := range v.site.Received() {
		d := delivery{text: r.Text, public: r.Kind == "publications"}
		for _, s := range bridgeScenes {
			if s.who == r.To {
				d.role = s.role
			}
		}
		if r.Kind == "comments" {
			d.role = sandbox.Asker
		}
		if r.Kind == "messages" {
			d.first, told[r.To] = !told[r.To], true
		}
		all = append(all, d)
	}
	return all
}

// lost looks for everything people wrote.
func (v *bridgeVenue) lost(events []api.Event) (n int) {
	for _, a := range v.site.Actions() {
		n += one(!heardOf(events, a.Event, "|"))
	}
	return n
}

var _ venue = (*bridgeVenue)(nil)
