package app

import (
	"context"
	"errors"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/sandbox/wechat"
	"netpatrol/internal/web/api"
)

// wechatVenue is a pretend WeChat with one Official Account. With publish "api" netpatrol
// sends bulletins to followers itself; with "draft-only" a person presses send.
type wechatVenue struct {
	listener
	id, publish string
	platform    *wechat.Platform
}

// The demo's callback secrets. They guard nothing but the demo.
const (
	demoAppID  = "wx0000000000000001"
	demoSecret = "00000000000000000000000000000001"
	demoToken  = "netpatroldemo"
	demoAESKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

// newWechatVenue makes one whose callbacks go to netpatrol's front door.
func newWechatVenue(id, publish, door string) (*wechatVenue, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	v := &wechatVenue{listener: l, id: id, publish: publish}
	v.platform = wechat.New(wechat.Options{
		AppID: demoAppID, AppSecret: demoSecret, Token: demoToken, EncodingAESKey: demoAESKey, Name: demoName, Kind: wechat.Subscription,
		CallbackURL: "http://" + door + "/callback/" + url.PathEscape(id), RetryDelay: 300 * time.Millisecond, MassDelay: 300 * time.Millisecond,
		PublishDelay: 300 * time.Millisecond, ListMass: true,
	})
	for _, name := range []string{"小郭", "老符"} {
		if _, err := v.platform.AddPerson(name); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (v *wechatVenue) account() config.Account {
	return config.Account{
		ID: v.id, Platform: "wechat", BaseURL: v.base(), Names: []string{demoName}, Language: "zh-Hans", Poll: 2 * time.Second, Watch: []string{"comments", "staff"},
		Options: map[string]string{"appid": demoAppID, "kind": "subscription", "mode": "safe", "publish": v.publish, "audience": "all"},
		Secrets: map[string]adapters.Secret{"appsecret": demoSecret, "token": demoToken, "aes_key": demoAESKey},
		Menu:    []config.MenuEntry{{Label: "我要举报", Means: "report"}, {Label: "是不是骗局", Means: "ask"}, {Label: "查进度", Means: "progress"}},
	}
}

func (v *wechatVenue) serve(ctx context.Context) error {
	defer v.platform.Close()
	return serveOn(ctx, v, v.platform)
}

// wechatScenes are what followers do: when, who, what.
var wechatScenes = []struct {
	at        time.Duration
	who, says string // says "": follows; "#report": presses that entry of the menu; "@unpaid": that option of a message; scenePicture: sends a screenshot
}{
	{100 * time.Millisecond, "小郭", ""},
	{200 * time.Millisecond, "老符", ""},
	{500 * time.Millisecond, "小郭", "#report"},
	{700 * time.Millisecond, "小郭", "@unpaid"},
	{900 * time.Millisecond, "小郭", "我要举报一个冒充客服的网站，让我填银行卡号"},
	{1500 * time.Millisecond, "老符", "被骗了，刚转了2万给一个说是退款客服的人，怎么办"},
	{1900 * time.Millisecond, "老符", scenePicture},
}

const scenePicture = "［截图］"

func (v *wechatVenue) play(ctx context.Context, pace float64) error {
	began := time.Now()
	for _, s := range wechatScenes {
		sleep(ctx, time.Until(began.Add(time.Duration(float64(s.at)*pace))))
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := v.act(ctx, s.who, s.says); err != nil {
			return err
		}
	}
	if v.publish == "api" {
		return nil
	}
	return v.pressSend(ctx)
}

func (v *wechatVenue) act(ctx context.Context, who, says string) error {
	if says == "" {
		return v.platform.Follow(who)
	}
	if key, pressed := strings.CutPrefix(says, "#"); pressed {
		return v.platform.Click(who, key)
	}
	if option, chosen := strings.CutPrefix(says, "@"); chosen {
		return v.choose(ctx, who, option)
	}
	if says == scenePicture {
		_, err := v.platform.Send(who, wechat.Message{Kind: "image", Data: wechat.Screenshot()})
		return err
	}
	_, err := v.platform.Write(who, says)
	return err
}

// choose presses an option once it is on the phone.
func (v *wechatVenue) choose(ctx context.Context, who, option string) error {
	for {
		changed := v.platform.Changed()
		if _, err := v.platform.ChooseOption(who, option); !errors.Is(err, wechat.ErrNotFound) {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pressSend is the person who sends the drafts netpatrol puts into the draft box.
func (v *wechatVenue) pressSend(ctx context.Context) error {
	sent := map[string]bool{}
	for ctx.Err() == nil {
		for _, d := range v.platform.Drafts() {
			if sent[d.MediaID] || d.ByHand {
				continue
			}
			sent[d.MediaID] = true
			if _, err := v.platform.StaffMass(d.MediaID); err != nil {
				return err
			}
		}
		sleep(ctx, 200*time.Millisecond)
	}
	return nil
}

func (v *wechatVenue) page() (title, url string) {
	return "a WeChat follower of " + v.id, v.base() + "/phone"
}

func (v *wechatVenue) oddities() (twice, removed int) { return len(v.platform.Duplicates()), 0 }

var markup = regexp.MustCompile(`<[^>]*>`)

func (v *wechatVenue) received() (all []delivery) {
	told := map[string]bool{}
	for _, r := range v.platform.Received() {
		if r.Title != "" { // an article
			all = append(all, delivery{text: html.UnescapeString(markup.ReplaceAllString(r.Text, "")), public: true})
			continue
		}
		who := strings.Join(r.To, " ")
		all = append(all, delivery{text: r.Text, role: sandbox.Victim, first: !told[who]})
		told[who] = true
	}
	return all
}

// lost looks for the messages followers wrote.
func (v *wechatVenue) lost(events []api.Event) int {
	written := slices.DeleteFunc(v.platform.Actions(), func(a wechat.Action) bool { return a.Kind != wechat.Wrote })
	return len(slices.DeleteFunc(written, func(a wechat.Action) bool { return heardOf(events, a.MsgID, "|.:-") }))
}

var _, _ venue = (*blogVenue)(nil), (*wechatVenue)(nil)
