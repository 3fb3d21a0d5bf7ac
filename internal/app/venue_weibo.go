package app

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/sandbox/weibo"
	"netpatrol/internal/web/api"
)

// weiboVenue is a pretend Weibo. A victim writes to the fan service, somebody asks in
// public, and somebody spreads a rumour under that post.
type weiboVenue struct {
	listener
	platform *weibo.Platform
}

const (
	demoWeiboID     = "weibo-guanwei"
	demoWeiboUID    = "5550000000000001"
	demoWeiboToken  = "2.00demo-token-of-the-pretend-weibo"
	demoWeiboSecret = "demo-app-secret-of-the-pretend-weibo"
	// demoWeiboCalls a day let the demo look every moment; an ordinary app has a hundred.
	demoWeiboCalls = 1_000_000
)

// newWeiboVenue makes one whose callbacks go to netpatrol's front door.
func newWeiboVenue(door string) (*weiboVenue, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	v := &weiboVenue{listener: l}
	v.platform = weibo.New(weibo.Options{
		UID: demoWeiboUID, ScreenName: demoName, Token: demoWeiboToken, AppSecret: demoWeiboSecret, LongText: true, AllMentions: true,
		CallbackURL: "http://" + door + "/callback/" + url.PathEscape(demoWeiboID), RetryDelay: 300 * time.Millisecond,
		DailyCalls: demoWeiboCalls, HourlyCalls: demoWeiboCalls,
	})
	for _, s := range weiboScenes {
		if _, err := v.platform.AddCitizen(s.who, false); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (v *weiboVenue) account() config.Account {
	return config.Account{
		ID: demoWeiboID, Platform: "weibo", BaseURL: v.base(), Names: []string{demoName}, Language: "zh-Hans",
		Watch: []string{"mentions", "comments", "comment-mentions"}, Poll: time.Second,
		Options: map[string]string{"uid": demoWeiboUID, "rip": "203.0.113.7", "publish": "longtext", "calls_per_day": "1000000"},
		Secrets: map[string]adapters.Secret{"token": demoWeiboToken, "app_secret": demoWeiboSecret},
	}
}

func (v *weiboVenue) serve(ctx context.Context) error {
	defer v.platform.Close()
	return serveOn(ctx, v, v.platform)
}

// weiboScenes are what citizens do: when, who, in what part, what. The victim writes in
// private, the asker posts, the author of the rumour comments on that post.
var weiboScenes = []struct {
	at        time.Duration
	who, says string
	role      sandbox.Role
}{
	{600 * time.Millisecond, "阿芬", "被骗了，刚转了3万给一个说是退款客服的人，怎么办", sandbox.Victim},
	{1200 * time.Millisecond, "老林头", "@" + demoName + " 有人打电话说我医保卡停用了，要我报验证码，这是不是骗局？", sandbox.Asker},
	{2000 * time.Millisecond, "海边小喇叭", "@" + demoName + " 听说第九十九小学门口有人抢孩子，已经抢走两个了，家长们快转发！", sandbox.RumourAuthor},
}

func (v *weiboVenue) play(ctx context.Context, pace float64) (err error) {
	began, asked := time.Now(), ""
	for _, s := range weiboScenes {
		sleep(ctx, time.Until(began.Add(time.Duration(float64(s.at)*pace))))
		if err := ctx.Err(); err != nil {
			return err
		}
		switch s.role {
		case sandbox.Victim:
			err = v.platform.Message(s.who, s.says)
		case sandbox.Asker:
			asked, err = v.platform.Post(s.who, s.says)
		default:
			_, err = v.platform.Comment(s.who, asked, "", s.says)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *weiboVenue) page() (title, url string) { return "a citizen on Weibo", v.base() + "/phone" }

func (v *weiboVenue) oddities() (twice, removed int) { return len(v.platform.Duplicates()), 0 }

func (v *weiboVenue) received() (all []delivery) {
	told := map[string]bool{}
	for _, r := range v.platform.Received() {
		who := strings.Join(r.To, " ")
		d := delivery{text: r.Text, public: r.Via == weibo.ViaPost, role: v.role(who)}
		if private := r.Via == weibo.ViaMessage || r.Via == weibo.ViaPassive; private {
			d.first, told[who] = !told[who], true
		}
		all = append(all, d)
	}
	return all
}

func (v *weiboVenue) role(who string) sandbox.Role {
	for _, s := range weiboScenes {
		if s.who == who {
			return s.role
		}
	}
	return ""
}

// lost looks for private messages, which are named by their time, and for mentions.
func (v *weiboVenue) lost(events []api.Event) int {
	said := slices.DeleteFunc(v.platform.Actions(), func(a weibo.Action) bool { return a.Kind != weibo.Wrote && !a.Mentions })
	return len(slices.DeleteFunc(said, func(a weibo.Action) bool { return heardOf(events, a.ID, ".") }))
}

var _ venue = (*weiboVenue)(nil)
