package console

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// quotaState is how a quota stands, in words.
type quotaState struct {
	Account, Text string
	Tight         bool // the next one is the last, or too many
}

// quotas says how the quotas of accounts (nil: all) stand in the period of a moment.
func (c *Console) quotas(v *visit, accounts []string, at time.Time) ([]quotaState, error) {
	if c.station.Quotas == nil {
		return nil, nil
	}
	if accounts == nil {
		all, err := view.EveryAccount(v.ctx(), c.desk)
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			accounts = append(accounts, a.ID)
		}
	}
	var out []quotaState
	for _, a := range accounts {
		fs, err := view.Forecasts(v.ctx(), c.desk, c.station, a, at, v.now)
		if err != nil {
			return nil, err
		}
		for _, f := range fs {
			out = append(out, quotaState{Account: a, Text: quotaWords(f, v.now), Tight: f.Left() <= 0})
		}
	}
	return out, nil
}

// quotaWords: "本月已用 2 次（每月 4 次），已预留 1 次，还剩 1 次".
func quotaWords(f view.Forecast, now time.Time) string {
	period, per := "近期", "每"+span(f.Per)+" "
	day := func(t time.Time) string { return t.In(beijing).Format("1月2日") }
	switch {
	case f.Monthly && f.At.In(beijing).Month() == now.In(beijing).Month():
		period, per = "本月", "每月 "
	case f.Monthly:
		period, per = f.At.In(beijing).Format("1月"), "每月 "
	case f.Per == 24*time.Hour && day(f.At) == day(now):
		period, per = "今天", "每天 "
	case f.Per == 24*time.Hour:
		period, per = day(f.At), "每天 "
	}
	text := fmt.Sprintf("%s已用 %d 次（%s%d 次），已预留 %d 次，", period, f.Used, per, f.N, f.Reserved)
	switch left := f.Left(); {
	case left > 0:
		text += fmt.Sprintf("还剩 %d 次", left)
	case left == 0:
		text += "没有剩余"
	default:
		text += fmt.Sprintf("超出 %d 次", -left)
	}
	if f.Advisory {
		text += "（由人在后台群发，系统不拦）"
	}
	return text
}

// foresee says what the bulletin being written means for the quotas of its slot.
func (c *Console) foresee(v *visit, w *writing) error {
	at := v.now
	if _, slot, ok := strings.Cut(w.Slot, "|"); ok {
		if t, err := time.Parse(time.RFC3339, slot); err == nil {
			at = t
		}
	}
	if c.station.Quotas == nil {
		return nil
	}
	for _, a := range w.Accounts {
		if len(w.Chosen) > 0 && !w.Has(a.ID) {
			continue
		}
		fs, err := view.Forecasts(v.ctx(), c.desk, c.station, a.ID, at, v.now)
		if err != nil {
			return err
		}
		for _, f := range fs {
			q := quotaState{Account: a.ID, Text: quotaWords(f, v.now), Tight: f.Left() <= 1}
			when := at.In(beijing).Format("1月2日")
			switch left := f.Left(); {
			case left == 1:
				q.Text += "；" + when + "再发这一篇，就是最后 1 次"
			case left <= 0 && !f.Advisory:
				q.Text += "；" + when + "再发这一篇会超额，要等到 " + f.Ends.In(beijing).Format("1月2日 15:04")
			}
			w.Quotas = append(w.Quotas, q)
		}
	}
	return nil
}

// sendOf finds what belongs to a bulletin on one account.
func (c *Console) sendOf(b *bots.Bulletin, m *view.Matter) sendOf {
	s := sendOf{Matter: m}
	for i := range b.Signs {
		if b.Signs[i].Account == m.Draft.Account {
			s.Sign = &b.Signs[i]
		}
	}
	if c.station.Previewers != nil && (m.Draft.State == bots.DraftAwaiting || m.Draft.State == bots.DraftApproved) {
		s.Previewers = c.station.Previewers(m.Draft.Account)
	}
	return s
}

func (c *Console) previews(v *visit, b *bots.Bulletin) (out []*bots.Draft, err error) {
	for _, id := range slices.Backward(b.Previews) {
		d, err := record.Fetch[bots.Draft](v.ctx(), c.desk, id)
		if errors.Is(err, record.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func (c *Console) previewDraft(v *visit) error {
	back := "/bulletins/" + url.PathEscape(v.id())
	d := bots.Decision{Verb: bots.PreviewDraft, On: on(bots.KindDraft, v.value("draft")), Fields: map[string]string{"to": v.value("to")}}
	return c.decide(v, d, back, back, "预览已交给发送队列，对方在该平台上会收到；不计入发布，也不占发布限额。")
}

var pictureName = regexp.MustCompile(`[^\p{L}\p{N}._-]+`)

// attach keeps the files of the form, and those of the form before, and says what is wrong
// with one.
func (c *Console) attach(v *visit, w *writing) (wrong string, err error) {
	for _, raw := range v.r.PostForm["picture"] {
		var p adapters.Picture
		if json.Unmarshal([]byte(raw), &p) == nil && !slices.Contains(v.r.PostForm["drop"], p.Name) {
			w.Extras.Pictures = append(w.Extras.Pictures, p)
		}
	}
	w.Extras.Quiet = v.value("quiet") != ""
	if v.r.MultipartForm != nil && c.station.KeepPicture != nil {
		for _, f := range v.r.MultipartForm.File["files"] {
			if wrong, err := c.keepFile(v, w, f); wrong != "" || err != nil {
				return wrong, err
			}
		}
	}
	if _, ok := w.Extras.Picture(v.value("cover")); ok {
		w.Extras.Cover = v.value("cover")
	}
	return "", nil
}

func (c *Console) keepFile(v *visit, w *writing, f *multipart.FileHeader) (wrong string, err error) {
	name := pictureName.ReplaceAllString(path.Base(f.Filename), "-")
	if _, taken := w.Extras.Picture(name); taken || f.Size == 0 {
		return "", nil
	}
	if f.Size > view.MaxPicture {
		return "图片 " + name + " 超过 1 MB，请压缩后再附。", nil
	}
	file, err := f.Open()
	if err != nil {
		return "", err
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return "", err
	}
	p, err := c.station.KeepPicture(v.ctx(), data)
	var refused *record.Refusal
	if errors.As(err, &refused) {
		return name + " 不是可用的图片（支持 JPEG、PNG，不超过 1 MB）。", nil
	}
	p.Name = name
	w.Extras.Pictures = append(w.Extras.Pictures, p)
	return "", err
}

// Kept is a picture as the form carries it on.
func (*writing) Kept(p adapters.Picture) string {
	b, _ := json.Marshal(p) // strings and numbers always encode
	return string(b)
}

// pictureSide is how large officers see a bulletin's picture, in pixels.
const pictureSide = 1000

func (c *Console) bulletinPicture(v *visit) error {
	if c.station.Picture == nil || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(v.id()) {
		return record.ErrNotFound
	}
	drawn, err := c.station.Picture(v.ctx(), v.id(), pictureSide)
	if err != nil {
		c.log.Warn("a bulletin's picture cannot be shown", "picture", v.id(), "err", err)
		return record.ErrNotFound
	}
	v.w.Header().Set("Content-Type", "image/jpeg")
	http.ServeContent(v.w, v.r, "", time.Time{}, bytes.NewReader(drawn))
	return nil
}

func (c *Console) pullable() []string {
	if c.station.Pullable == nil || c.station.ConsoleDrafts == nil {
		return nil
	}
	return c.station.Pullable()
}

// consolePage lists the drafts of a platform's console.
type consolePage struct {
	Account  string
	Accounts []string
	Drafts   []adapters.Prepared
	Trouble  string
}

func (c *Console) consoleDrafts(v *visit) error {
	p := consolePage{Accounts: c.pullable(), Account: v.r.URL.Query().Get("account")}
	if p.Account == "" && len(p.Accounts) > 0 {
		p.Account = p.Accounts[0]
	}
	if !v.officer.Is(record.Editor, record.Approver) {
		return errNotYours
	}
	if slices.Contains(p.Accounts, p.Account) {
		var err error
		if p.Drafts, err = c.station.ConsoleDrafts(v.ctx(), p.Account); err != nil {
			c.log.Warn("a console's drafts cannot be read", "account", p.Account, "err", err)
			p.Trouble = "读不到这个账号的草稿箱，请稍后再试；若一直如此，请到“账号”页查看原因。"
		}
	}
	return c.show(v, "console", "后台草稿", "bulletins", p)
}

// pullDraft reads the draft anew: what is sealed is what the platform holds now.
func (c *Console) pullDraft(v *visit) error {
	account := v.value("account")
	back := "/bulletins/console?account=" + url.QueryEscape(account)
	if !slices.Contains(c.pullable(), account) {
		return record.ErrNotFound
	}
	list, err := c.station.ConsoleDrafts(v.ctx(), account)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(p adapters.Prepared) bool { return string(p.Ref) == v.value("ref") && p.Hash == v.value("hash") })
	if i < 0 {
		c.say(v, notice{Text: "这篇草稿刚刚在平台后台被改动或删除，请看过最新内容再提交。", Bad: true})
		return v.to(back)
	}
	p := list[i]
	d := bots.Decision{Verb: bots.PullDraft, On: on(bots.KindBulletin, ""), Fields: map[string]string{
		"account": account, "ref": string(p.Ref), "hash": p.Hash, "title": p.Title, "text": p.Text,
	}}
	return c.decide(v, d, back, "/bulletins", "已加封提交审批。批准后按原稿发出；审批期间后台草稿若被改动，则不会发出。")
}

// figuresOf is what was counted of a bulletin on one account.
type figuresOf struct {
	Account string
	Names   []string
	Rows    []figureRow
	Bars    []bar
	Label   string // what the bars show, for who cannot see them
	Whole   []figureRow
}

type figureRow struct {
	Day    string
	Values []int64
}

// bar is one day of the chart, in its own units.
type bar struct {
	X, Y, Height, Middle int
	Day                  string
	Value                int64
}

var figureOrder = []string{"reads", "shares", "likes", "recommendations", "comments"}

var figureWords = map[string]string{"reads": "阅读", "shares": "转发", "likes": "点赞", "recommendations": "在看", "comments": "留言"}

// figures puts the readings of a bulletin in tables, one for each account.
func figures(b *bots.Bulletin) (out []figuresOf) {
	for _, account := range b.Accounts {
		f := figuresOf{Account: account}
		var own, whole []bots.Reading
		for _, r := range b.Readings {
			if r.Account == account && r.Whole {
				whole = append(whole, r)
			} else if r.Account == account {
				own = append(own, r)
			}
		}
		f.Names = names(append(slices.Clone(own), whole...))
		f.Rows, f.Whole = rowsOf(own, f.Names), rowsOf(whole, f.Names)
		if len(f.Rows) > 0 {
			f.draw()
			out = append(out, f)
		}
	}
	return out
}

// names are the figures there are, the best known first.
func names(readings []bots.Reading) (out []string) {
	for _, r := range readings {
		for n := range r.Figures {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	rank := func(n string) int { return cmp.Or(slices.Index(figureOrder, n)+1, len(figureOrder)+1) }
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(rank(a)-rank(b), strings.Compare(a, b)) })
	return out
}

func rowsOf(readings []bots.Reading, names []string) (rows []figureRow) {
	for _, r := range readings {
		row := figureRow{Day: r.Day}
		for _, n := range names {
			row.Values = append(row.Values, r.Figures[n])
		}
		rows = append(rows, row)
	}
	return rows
}

// The chart's size in its own units.
const (
	barStep, barWidth = 64, 40
	chartHeight       = 110
)

// Width is the chart's.
func (f figuresOf) Width() int { return max(len(f.Bars), 1) * barStep }

// Word names a figure.
func (figuresOf) Word(name string) string { return word(figureWords, name) }

// draw makes bars of the first figure.
func (f *figuresOf) draw() {
	most := int64(1)
	for _, r := range f.Rows {
		most = max(most, r.Values[0])
	}
	var said []string
	for i, r := range f.Rows {
		h := int(r.Values[0] * chartHeight / most)
		x := i*barStep + (barStep-barWidth)/2
		day := strings.ReplaceAll(strings.TrimPrefix(r.Day[min(5, len(r.Day)):], "0"), "-", "/")
		f.Bars = append(f.Bars, bar{X: x, Y: 20 + chartHeight - h, Height: h, Middle: x + barWidth/2, Day: day, Value: r.Values[0]})
		said = append(said, fmt.Sprintf("%s %d", r.Day, r.Values[0]))
	}
	f.Label = word(figureWords, f.Names[0]) + "累计：" + strings.Join(said, "，")
}
