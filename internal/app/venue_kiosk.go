package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/sandbox/wechat"
	"netpatrol/internal/web/api"
)

// kioskVenue is people at the station's own forms, 报警岗亭, with a browser that knows HTML
// forms and nothing else. What reached them is what their status page shows.
type kioskVenue struct {
	door string // host:port of the front door

	mu    sync.Mutex
	slips []slip
	told  map[string][]string // what the status page shows, by lookup code
	twice int                 // slips that a second press changed
}

// slip is what somebody at the kiosk wrote down.
type slip struct{ form, reference, code string }

func newKioskVenue(door string) *kioskVenue {
	return &kioskVenue{door: door, told: map[string][]string{}}
}

func (v *kioskVenue) account() config.Account {
	return config.Account{ID: "gangting", Platform: kioskName, Names: []string{demoName}, Language: "zh-Hans"}
}

// serve has nothing to run: the forms are netpatrol's own.
func (v *kioskVenue) serve(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func (v *kioskVenue) base() string { return "http://" + v.door }

func (v *kioskVenue) page() (title, url string) {
	return "somebody at the kiosk", v.base() + "/kiosk"
}

// play lets a victim report with a screenshot, press the button twice, and come back to read what
// was answered.
func (v *kioskVenue) play(ctx context.Context, pace float64) error {
	sleep(ctx, time.Duration(float64(700*time.Millisecond)*pace))
	form, fields, err := v.open(ctx, "help")
	if err != nil {
		return err
	}
	fields.Set("moved", "now")
	fields.Set("story", "有人冒充平台客服，说要退款，让我把 8600 元转到他给的账户。")
	fields.Set("other", "自称客服 小周")
	for range 2 {
		s, err := v.send(ctx, form, fields, wechat.Screenshot())
		if err != nil {
			return err
		}
		v.note(s)
	}
	for ctx.Err() == nil {
		if err := v.look(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		sleep(ctx, time.Duration(float64(3*time.Second)*pace)) // more often and the page asks to wait
	}
	return nil
}

// note keeps a slip; the same form must give the same one.
func (v *kioskVenue) note(s slip) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, old := range v.slips {
		if old.form == s.form {
			if old.code != s.code {
				v.twice++
			}
			return
		}
	}
	v.slips = append(v.slips, s)
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// open takes a form as a browser does, with its hidden fields.
func (v *kioskVenue) open(ctx context.Context, kind string) (action string, fields url.Values, err error) {
	action = v.base() + "/kiosk/" + kind
	page, err := v.fetch(ctx, http.MethodGet, action, "", nil)
	fields = url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
		fields.Add(m[1], html.UnescapeString(m[2]))
	}
	if err == nil && fields.Get("key") == "" {
		err = fmt.Errorf("%s is no form", action)
	}
	return action, fields, err
}

var slipLine = regexp.MustCompile(`<dd class="mono( secret)?">([0-9A-Z-]+)</dd>`)

// send fills a form in and reads the slip that comes back.
func (v *kioskVenue) send(ctx context.Context, action string, fields url.Values, picture []byte) (slip, error) {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	var errs []error
	for name, values := range fields {
		for _, value := range values {
			errs = append(errs, m.WriteField(name, value))
		}
	}
	w, err := m.CreateFormFile("file", "截图.png")
	if err == nil {
		_, err = w.Write(picture)
	}
	if err := errors.Join(append(errs, err, m.Close())...); err != nil {
		return slip{}, err
	}
	page, err := v.fetch(ctx, http.MethodPost, action, m.FormDataContentType(), &body)
	s := slip{form: fields.Get("key")}
	for _, l := range slipLine.FindAllStringSubmatch(page, -1) {
		if l[1] != "" {
			s.code = l[2]
		} else {
			s.reference = l[2]
		}
	}
	if err == nil && s.code == "" {
		err = errors.New("the kiosk gave no lookup code")
	}
	return s, err
}

func (v *kioskVenue) fetch(ctx context.Context, method, address, kind string, body io.Reader) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return "", err
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	page, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s", method, address, res.Status)
	}
	return string(page), err
}

var (
	saidItem  = regexp.MustCompile(`(?s)<ol class="said">(.*?)</ol>`)
	saidEntry = regexp.MustCompile(`(?s)<li><p class="hint">[^<]*</p>(.*?)</li>`)
)

// look reads the status page with every code, as its holder does.
func (v *kioskVenue) look(ctx context.Context) error {
	v.mu.Lock()
	slips := slices.Clone(v.slips)
	v.mu.Unlock()
	for _, s := range slips {
		form := url.Values{"code": {s.code}}
		page, err := v.fetch(ctx, http.MethodPost, v.base()+"/status", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		if err != nil {
			return err
		}
		var said []string
		if list := saidItem.FindStringSubmatch(page); list != nil {
			for _, m := range saidEntry.FindAllStringSubmatch(list[1], -1) {
				said = append(said, html.UnescapeString(markup.ReplaceAllString(m[1], "")))
			}
		}
		v.mu.Lock()
		v.told[s.code] = said
		v.mu.Unlock()
	}
	return nil
}

// work is the officer who answers the report in their own words.
func (v *kioskVenue) work(ctx context.Context, c *crew) error {
	for ctx.Err() == nil {
		sleep(ctx, 300*time.Millisecond)
		page, err := c.chen.Reports(ctx, api.Paging{State: api.Any, Limit: 200})
		if err != nil {
			return err
		}
		i := slices.IndexFunc(page.Records, func(r api.Report) bool { return r.Account == v.account().ID })
		if i < 0 {
			continue
		}
		r, err := c.chen.Reply(ctx, page.Records[i].Conversation, "您写的情况和截图都看到了。请保持电话畅通，我们会联系您做笔录；对方再来电话，不要接听。")
		if err := applied(r, err); err != nil {
			return err
		}
		return v.answered(ctx, c)
	}
	return nil
}

// answered notes what the officer wrote as approved: the author of a reply answers for it alone.
func (v *kioskVenue) answered(ctx context.Context, c *crew) error {
	drafts, err := list(ctx, c.chen.Drafts)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range drafts {
		if d.Account == v.account().ID && d.Purpose == bots.ForOfficer && d.Author == "chen" {
			c.approved[textDigest(d.Text)] = true
		}
	}
	return err
}

// oddities counts texts that a page shows twice, and slips that changed.
func (v *kioskVenue) oddities() (twice, removed int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	twice = v.twice
	for _, said := range v.told {
		once := map[string]bool{}
		for _, text := range said {
			twice += one(once[text])
			once[text] = true
		}
	}
	return twice, 0
}

// received counts a report as answered once an officer's words are on its page, beside the
// automatic ones.
func (v *kioskVenue) received() (all []delivery) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, said := range v.told {
		for i, text := range said {
			all = append(all, delivery{text: text, role: sandbox.Victim, first: i == 0 && len(said) > 1})
		}
	}
	return all
}

// lost looks for every form that was sent.
func (v *kioskVenue) lost(events []api.Event) (n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range v.slips {
		key := s.form[:strings.LastIndexByte(s.form, '.')]
		n += one(!heardOf(events, key, "|"))
	}
	return n
}

var (
	_ venue  = (*kioskVenue)(nil)
	_ worked = (*kioskVenue)(nil)
)
