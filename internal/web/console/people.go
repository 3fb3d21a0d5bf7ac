package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

type reportList struct {
	State   string
	States  []string
	Reports []waiting
	More    string
}

func (c *Console) reports(v *visit) error {
	if err := may(v, bots.KindReport); err != nil {
		return err
	}
	l := reportList{State: cmp.Or(v.r.URL.Query().Get("state"), "open"), States: []string{"open", "answered", "closed"}}
	q := record.Query{State: l.State, Newest: l.State != "open", After: v.r.URL.Query().Get("after"), Limit: perPage}
	page, err := view.List[bots.Report](v.ctx(), c.desk, q)
	if err != nil {
		return err
	}
	if l.Reports, err = c.waits(v, page); err != nil {
		return err
	}
	l.More = more(page)
	return c.show(v, "reports", "举报", "reports", l)
}

// talkPage is a report with its conversation, or a conversation alone.
type talkPage struct {
	Report       *waiting
	Conversation *bots.Conversation
	Lines        []view.Said
	Evidence     []exhibit
	Text         string // in the reply box
	Post         string // where the reply box sends to
	Credit       *view.Credit
	Clock        *deadlined // runs: they wait for a person
	Suggested    []bots.Suggested
	Goes         []view.Holding // what would be erased, once somebody has asked for it
	Sharing      []*bots.Report // of other people, who name the same number, account or link
	Scans        bool           // files are looked at by a scanner
	Codes        string         // how the lookup code stands; empty: there never was one
}

// Allowed says what the platform still lets us answer; empty when it sets no limit.
func (p talkPage) Allowed(now time.Time) string {
	if p.Credit == nil {
		return ""
	}
	return windowWords(p.Credit, now)
}

func (c *Console) report(v *visit) error { return c.showReport(v, http.StatusOK, nil, "") }

func (c *Console) showReport(v *visit, status int, n *notice, text string) error {
	if err := may(v, bots.KindReport); err != nil {
		return err
	}
	r, err := record.Fetch[bots.Report](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	w, err := c.wait(v, r)
	if err != nil {
		return err
	}
	p := talkPage{Report: &w, Text: text, Post: reportPath(v) + "/reply"}
	if err := c.talk(v, r.Conversation, &p); err != nil {
		return err
	}
	if p.Evidence, err = c.shownEvidence(v, r.Conversation, r.ID); err != nil {
		return err
	}
	if p.Sharing, err = c.sharing(v, r); err != nil {
		return err
	}
	return c.showAs(v, status, "report", "举报 "+r.Reference, "reports", n, p)
}

func reportPath(v *visit) string { return "/reports/" + url.PathEscape(v.id()) }

// talk reads a conversation; one that is gone leaves its place empty.
func (c *Console) talk(v *visit, id string, p *talkPage) error {
	conv, err := view.Conversation(v.ctx(), c.desk, id)
	if err != nil || conv == nil {
		return err
	}
	p.Conversation = conv
	if p.Credit, err = c.station.Credit(v.ctx(), c.desk, conv, v.now); err != nil {
		return err
	}
	if p.Clock, err = c.clockOf(v, conv); err != nil {
		return err
	}
	if p.Lines, err = view.Talk(v.ctx(), c.desk, conv); err != nil {
		return err
	}
	p.Scans = c.station.Scans
	codes, err := c.codesOf(v, id)
	if err != nil {
		return err
	}
	p.Codes = codeWord(codes, v)
	if p.Goes, err = c.goes(v, conv); err != nil {
		return err
	}
	if err = c.suggest(v, conv, p); err != nil {
		return err
	}
	return c.unaddressed(v, conv.Account, p)
}

// unaddressed leaves our own name out at the beginning of what people wrote: it only tells
// the platform whom they mean.
func (c *Console) unaddressed(v *visit, account string, p *talkPage) error {
	a, err := record.Fetch[bots.Account](v.ctx(), c.desk, account)
	if errors.Is(err, record.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for i, l := range p.Lines {
		if !l.Ours {
			p.Lines[i].Text = withoutHandle(l.Text, a.Handle)
		}
	}
	if p.Report != nil {
		for i, l := range p.Report.Lines {
			p.Report.Lines[i].Text = withoutHandle(l.Text, a.Handle)
		}
	}
	return nil
}

func (c *Console) replyToReport(v *visit) error {
	if err := may(v, bots.KindReport); err != nil {
		return err
	}
	r, err := record.Fetch[bots.Report](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	return c.sendReply(v, r.Conversation, reportPath(v), c.showReport)
}

func (c *Console) conversation(v *visit) error { return c.showConversation(v, http.StatusOK, nil, "") }

func (c *Console) showConversation(v *visit, status int, n *notice, text string) error {
	if err := may(v, bots.KindConversation); err != nil {
		return err
	}
	p := talkPage{Text: text, Post: conversationPath(v.id()) + "/reply"}
	if err := c.talk(v, v.id(), &p); err != nil {
		return err
	}
	if p.Conversation == nil {
		return record.ErrNotFound
	}
	var err error
	if p.Evidence, err = c.shownEvidence(v, v.id(), ""); err != nil {
		return err
	}
	return c.showAs(v, status, "report", "会话", "reports", n, p)
}

func (c *Console) reply(v *visit) error {
	return c.sendReply(v, v.id(), conversationPath(v.id()), c.showConversation)
}

// sendReply submits an officer's own words; what is refused stays in the box.
func (c *Console) sendReply(v *visit, conversation, back string, again func(*visit, int, *notice, string) error) error {
	text := v.value("text")
	if text == "" {
		return again(v, http.StatusUnprocessableEntity, &notice{Text: "回复不能为空。", Bad: true}, "")
	}
	d := bots.Decision{Verb: bots.ReplyTo, On: on(bots.KindConversation, conversation), Fields: map[string]string{"text": text}}
	a, err := c.submit(v, d)
	if err != nil {
		return err
	}
	if a.refused != "" {
		return again(v, http.StatusConflict, &notice{Text: a.refused, Bad: true}, text)
	}
	return c.done(v, a, back, notice{Text: "回复已提交，会带上单位名称和核对码发出。"})
}

func conversationPath(id string) string { return "/conversations/" + url.PathEscape(id) }

// keep has a conversation kept although the person may ask to be forgotten.
func (c *Console) keep(v *visit) error {
	back, reason := conversationPath(v.id()), v.value("reason")
	if reason == "" {
		c.say(v, notice{Text: "请写明保留的理由，理由会随会话保存。", Bad: true})
		return v.to(back)
	}
	d := bots.Decision{Verb: bots.KeepCase, On: on(bots.KindConversation, v.id()), Seen: v.seen(), Reason: reason}
	return c.decide(v, d, back, back, "已保留，当事人取消关注也不会删除，届时会请您再确认。")
}

func (c *Console) letGo(v *visit) error {
	back := conversationPath(v.id())
	d := bots.Decision{Verb: bots.LetGo, On: on(bots.KindConversation, v.id()), Seen: v.seen()}
	return c.decide(v, d, back, back, "已不再保留，当事人取消关注时按规定删除。")
}

func (c *Console) closeReport(v *visit) error {
	d := bots.Decision{Verb: bots.CloseReport, On: on(bots.KindReport, v.id()), Seen: v.seen()}
	return c.decide(v, d, reportPath(v), "/reports", "已办结。")
}

type clueList struct {
	State  string
	States []string
	Clues  []clueCard
	More   string
}

func (c *Console) clues(v *visit) (err error) {
	if err := may(v, bots.KindClue); err != nil {
		return err
	}
	l := clueList{State: cmp.Or(v.r.URL.Query().Get("state"), bots.ClueOpen), States: []string{bots.ClueOpen, bots.ClueWarned, bots.ClueFlagged, bots.ClueDismissed}}
	q, list := record.Query{State: l.State, Newest: true, After: v.r.URL.Query().Get("after"), Limit: perPage}, c.settledClues
	if l.State == bots.ClueOpen {
		list = c.openClues
	}
	if l.Clues, l.More, err = list(v, q); err != nil {
		return err
	}
	return c.show(v, "clues", "线索", "clues", l)
}

type cluePage struct {
	*bots.Clue
	Post       []segment
	Warnings   []objected
	Unlookable bool // only people can see what became of the post
	Flags      []flagged
	FlagKinds  []adapters.FlagKind // what the post can be reported as to its platform
}

// objected is a warning with what the person warned says against it.
type objected struct {
	*bots.Warning
	Objection *bots.Event // nil: nobody objected
}

// Words are the objection as it was written.
func (o objected) Words() string {
	if h, ok := o.Objection.Body.(*bots.Heard); ok {
		return h.Text
	}
	return ""
}

func (c *Console) clue(v *visit) error {
	if err := may(v, bots.KindClue); err != nil {
		return err
	}
	clue, err := record.Fetch[bots.Clue](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	p := cluePage{Clue: clue, Post: segments(clue.Text, spansOf(clue.Hits))}
	if clue.Stream != "" {
		all, err := view.List[bots.Warning](v.ctx(), c.desk, record.Query{Stream: clue.Stream, Limit: perPage})
		if err != nil {
			return err
		}
		for _, w := range all {
			if w.Clue != clue.ID {
				continue
			}
			o, err := view.Objection(v.ctx(), c.desk, w)
			if err != nil {
				return err
			}
			p.Warnings = append(p.Warnings, objected{w, o})
		}
	}
	a, err := record.Fetch[bots.Account](v.ctx(), c.desk, clue.Account)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	p.Unlookable = err == nil && !a.Lookable
	if err == nil {
		p.FlagKinds = a.Flags
	}
	if p.Flags, err = c.flagsOf(v, clue); err != nil {
		return err
	}
	return c.show(v, "clue", "线索", "clues", p)
}

// Dismissable says whether the page offers to dismiss the clue: while a warning about it, or a flag
// of its post, is being decided or sent, it does not.
func (p cluePage) Dismissable() bool {
	return p.State == bots.ClueOpen && !p.Erased && !slices.ContainsFunc(p.Flags, flagged.awaits) && !slices.ContainsFunc(p.Warnings, func(w objected) bool {
		return w.State == bots.WarningProposed || w.State == bots.WarningApproved || w.State == bots.WarningHeld
	})
}

func (c *Console) dismissClue(v *visit) error {
	back := cluePath(v.id())
	reason := v.value("reason")
	if reason == "" {
		c.say(v, notice{Text: "请写明不予处理的理由，理由会随记录保存。", Bad: true})
		return v.to(back)
	}
	d := bots.Decision{Verb: bots.DismissClue, On: on(bots.KindClue, v.id()), Seen: v.seen(), Reason: reason}
	return c.decide(v, d, back, back, "已记为不予处理，理由记录在案。")
}

// warning leads to the clue it is about, where it stands with its post.
func (c *Console) warning(v *visit) error {
	if err := may(v, bots.KindWarning); err != nil {
		return err
	}
	w, err := record.Fetch[bots.Warning](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	return v.to(cluePath(w.Clue))
}

func cluePath(id string) string { return "/clues/" + url.PathEscape(id) }

func (c *Console) appeal(v *visit) error {
	w, err := record.Fetch[bots.Warning](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	back := cluePath(w.Clue)
	if v.value("reason") == "" {
		c.say(v, notice{Text: "请写明处理异议的理由，当事人会看到。", Bad: true})
		return v.to(back)
	}
	d := bots.Decision{
		Verb: bots.DecideAppeal, On: on(bots.KindWarning, v.id()), Seen: v.seen(), Reason: v.value("reason"),
		Fields: map[string]string{"as": v.value("as")},
	}
	return c.decide(v, d, back, back, "已处理异议，并会告知当事人。")
}
