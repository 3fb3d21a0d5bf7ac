package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/sandbox/tieba"
	"netpatrol/internal/web/api"
)

// manualVenue is a pretend board without an interface to write with. An officer posts by
// hand what netpatrol gives them. On Tieba they also read it, and enter what they read; another
// board has a feed, which netpatrol reads.
type manualVenue struct {
	listener
	board  *tieba.Board
	fed    bool // by its feed
	scenes []boardScene
}

// boardScene is what somebody on a board does: when, who, what, and in what part.
type boardScene struct {
	at        time.Duration
	kind      tieba.Kind
	who, says string
	role      sandbox.Role
}

func newManualVenue() (*manualVenue, error) {
	l, err := listen()
	return &manualVenue{listener: l, board: tieba.New(demoName), scenes: []boardScene{
		{300 * time.Millisecond, tieba.Post, "海边发财", "招聘点赞员，手机刷单返利日结，每单佣金5%，不收押金，加我微信 hbfc5566", sandbox.Scammer},
		{500 * time.Millisecond, tieba.Message, "阿珠", "我被骗了，刚给一个刷单的转了8000，怎么办", sandbox.Victim},
		{900 * time.Millisecond, tieba.Post, "吧友小黄", "@" + demoName + " 有人说我快递丢了要退款，让我加他QQ，这是不是骗局？", sandbox.Asker},
		{1200 * time.Millisecond, tieba.Post, "看海的人", "今天的日落真好看", sandbox.Ordinary},
	}}, err
}

func newFeedVenue() (*manualVenue, error) {
	l, err := listen()
	return &manualVenue{listener: l, board: tieba.New(demoName), fed: true, scenes: []boardScene{
		{900 * time.Millisecond, tieba.Post, "兼职小王子", "诚招兼职，足不出户做任务，刷单返利秒结，先垫付后返本金加佣金，想做的加我QQ 88123456", sandbox.Scammer},
		{1100 * time.Millisecond, tieba.Post, "骑楼老街", "周末骑楼老街有集市", sandbox.Ordinary},
	}}, err
}

func (v *manualVenue) account() config.Account {
	if v.fed {
		return config.Account{
			ID: "luntan", Platform: "feed", BaseURL: v.base() + "/", Names: []string{demoName}, Language: "zh-Hans", Poll: 300 * time.Millisecond,
			Watch: []string{"feed:feed.xml"}, Options: map[string]string{"allow_private": "127.0.0.1"},
		}
	}
	return config.Account{
		ID: "tieba", Platform: "manual", Names: []string{demoName}, Language: "zh-Hans", Poll: time.Hour,
		Options: map[string]string{
			"site": "百度贴吧（演示）", "name": demoName, "home": v.base() + "/", "post_link": v.base() + "/p/{post}",
			"person_link": v.base() + "/im?to={person}", "public_limit": "2000 characters", "private_limit": "1000 characters",
		},
	}
}

func (v *manualVenue) serve(ctx context.Context) error { return serveOn(ctx, v, v.board) }

func (v *manualVenue) play(ctx context.Context, pace float64) error {
	for v.fed && !v.board.FeedRead() && ctx.Err() == nil { // a feed is watched from its first reading on
		sleep(ctx, 50*time.Millisecond)
	}
	began := time.Now()
	for _, s := range v.scenes {
		sleep(ctx, time.Until(began.Add(time.Duration(float64(s.at)*pace))))
		if err := ctx.Err(); err != nil {
			return err
		}
		to := ""
		if s.kind == tieba.Message {
			to = demoName
		}
		v.board.Write(s.kind, s.who, to, 0, s.says)
	}
	return v.repent(ctx)
}

// repent lets whoever is warned take the post back.
func (v *manualVenue) repent(ctx context.Context) error {
	for ctx.Err() == nil {
		for _, m := range v.board.Received() {
			for _, p := range v.board.Deeds() {
				if m.Kind == tieba.Message && p.Author == m.To && v.role(m.To).MayBeWarned() {
					v.board.Remove(p.ID, p.Author)
				}
			}
		}
		sleep(ctx, 200*time.Millisecond)
	}
	return nil
}

func (v *manualVenue) role(who string) sandbox.Role {
	for _, s := range v.scenes {
		if s.who == who {
			return s.role
		}
	}
	return ""
}

func (v *manualVenue) page() (title, url string) {
	if v.fed {
		return "somebody on a board with a feed", v.base() + "/"
	}
	return "somebody on Tieba, by hand", v.base() + "/"
}

func (v *manualVenue) oddities() (twice, removed int) {
	for _, p := range v.board.Deeds() {
		removed += one(p.Removed)
	}
	return v.board.Duplicates(), removed
}

func (v *manualVenue) received() (all []delivery) {
	told := map[string]bool{}
	for _, e := range v.board.Received() {
		d := delivery{text: e.Text, public: e.Kind == tieba.Post, role: v.role(e.To)}
		if e.Kind == tieba.Reply {
			d.role = sandbox.Asker
		}
		if e.Kind == tieba.Message {
			d.first, told[e.To] = !told[e.To], true
		}
		all = append(all, d)
	}
	return all
}

// lost counts what people wrote to or about the agency, or may be warned about, and left no event.
func (v *manualVenue) lost(events []api.Event) int {
	heard := 0
	for _, e := range events {
		heard += one(e.Account == v.account().ID && (e.Kind == bots.PostSeen || e.Kind == bots.MentionHeard || e.Kind == bots.MessageHeard))
	}
	for _, p := range v.board.Deeds() {
		heard -= one(v.role(p.Author) != sandbox.Ordinary)
	}
	return max(0, -heard)
}

// hand is the officer who works the board: reads it, enters what they read, posts what
// they are given, and looks whether a warned post is still there. They see pages, no code of ours.
type hand struct {
	*manualVenue
	crew *crew
	seen map[int]bool // entries looked at
}

// work does that until ctx ends.
func (v *manualVenue) work(ctx context.Context, c *crew) error {
	h := &hand{manualVenue: v, crew: c, seen: map[int]bool{}}
	for ctx.Err() == nil {
		if err := errors.Join(h.read(ctx), h.post(ctx), h.lookBack(ctx)); err != nil {
			return err
		}
		sleep(ctx, 200*time.Millisecond)
	}
	return nil
}

// read enters what is new on the board. What matches no rule is refused, as it should be.
func (h *hand) read(ctx context.Context) error {
	for _, e := range h.board.Deeds() {
		if h.fed || h.seen[e.ID] {
			continue
		}
		kind, link := adapters.KindPost, h.base()+"/p/"+strconv.Itoa(e.ID)
		switch {
		case e.Kind == tieba.Message:
			kind, link = adapters.KindMessage, ""
		case strings.Contains(e.Text, "@"+demoName):
			kind = adapters.KindMention
		}
		_, err := h.crew.chen.Note(ctx, h.account().ID, kind, e.Author, e.Text, link)
		var refused *api.Error
		if err != nil && (!errors.As(err, &refused) || refused.Code != "no-match") {
			return fmt.Errorf("enter what %s wrote: %w", e.Author, err)
		}
		h.seen[e.ID] = true
	}
	return nil
}

// post takes every task, looks first, posts the text, and proves it with what the board shows.
func (h *hand) post(ctx context.Context) error {
	page, err := h.crew.chen.Items(ctx, api.Paging{State: record.ItemByHand})
	if err != nil {
		return err
	}
	for _, i := range page.Records {
		if i.Account != h.account().ID {
			continue
		}
		if err := applied(h.crew.chen.TakeHand(ctx, i.ID, h.stands(string(i.Post)))); err != nil {
			return fmt.Errorf("take %s: %w", i.ID, err)
		}
		link, shown, err := h.fill(ctx, i)
		if err != nil {
			return err
		}
		if err := applied(h.crew.chen.ProveHand(ctx, i.ID, link, shown, "")); err != nil {
			return fmt.Errorf("prove %s: %w", i.ID, err)
		}
	}
	return nil
}

// stands says whether a post is still on the board, by its address.
func (h *hand) stands(link string) bool {
	id := postID(link)
	return slices.ContainsFunc(h.board.Deeds(), func(e tieba.Entry) bool { return e.ID == id && !e.Removed })
}

// postID is the number in a post's address.
func postID(link string) int {
	u, err := url.Parse(link)
	if err != nil {
		return 0
	}
	id, _ := strconv.Atoi(strings.TrimPrefix(u.Path, "/p/")) // an address without one is no post's
	return id
}

// fill fills in the board's form and reads back what it shows.
func (h *hand) fill(ctx context.Context, i api.Item) (link, shown string, err error) {
	form := url.Values{"author": {demoName}, "text": {i.Text}, "kind": {string(tieba.Post)}}
	switch i.Channel {
	case adapters.Private:
		form.Set("kind", string(tieba.Message))
		form.Set("to", i.To.ID)
	case adapters.InReply:
		form.Set("kind", string(tieba.Reply))
		form.Set("parent", strconv.Itoa(postID(string(i.Parent))))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.base()+"/write", strings.NewReader(form.Encode()))
	if err != nil {
		return "", "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", "", err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
		return "", "", fmt.Errorf("post %s by hand: %s, %w", i.ID, res.Status, err)
	}
	all := h.board.Received()
	if i.Channel != adapters.Private {
		link = res.Request.URL.String()
	}
	return link, all[len(all)-1].Text, nil
}

// lookBack goes and sees what became of warned posts when it is asked to.
func (h *hand) lookBack(ctx context.Context) error {
	alarms, err := h.crew.chen.Alarms(ctx, api.Paging{State: record.AlarmOpen})
	if err != nil {
		return err
	}
	for _, a := range alarms.Records {
		if a.About.Kind != bots.KindWarning {
			continue
		}
		w, err := h.crew.chen.Warning(ctx, a.About.ID)
		if err != nil {
			return err
		}
		if w.Account != h.account().ID || w.State != bots.WarningSent {
			continue
		}
		as := bots.WarningKept
		if !h.stands(string(w.Post)) {
			as = bots.WarningRemoved
		}
		if err := applied(h.crew.chen.LookBack(ctx, w.ID, as)); err != nil {
			return err
		}
	}
	return nil
}

var _ venue = (*manualVenue)(nil)
