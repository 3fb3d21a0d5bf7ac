// Package patrol reads what is said in public where our accounts were named or a source
// is watched, and proposes: a clue to keep, a private warning for an officer to decide, an
// answer to whoever addressed us.
//
// It sends nothing. A warning is proposed only over a text that offers or spreads what a rule
// describes; victims, people who warn, quote or ask, and minors are offered help (promise
// 9), and what a public body did is never a hit (promise 8).
//
// # Failure model
//
// The bot is pure and cannot fail on a text. A pack that does not prove itself is refused
// at start, so a rule is never silently absent. One author is proposed for at most one
// warning a day and account; the count is advisory, an officer sees any double.
package patrol

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/match"
)

var _ bots.Bot = (*Bot)(nil)

// Bot is the patrol. It is safe for concurrent use.
type Bot struct {
	pack   *Pack
	sieve  *Sieve
	folder *match.Folder
}

// New returns a patrol by the rules of p.
func New(p *Pack) *Bot { return &Bot{pack: p, sieve: p.sieve, folder: p.sieve.folder} }

// Name implements [bots.Bot].
func (*Bot) Name() string { return "patrol" }

// Decide implements [bots.Bot].
func (b *Bot) Decide(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
	if o, ended := e.Body.(*bots.Outcome); ended {
		return b.instead(o, f)
	}
	h, ok := e.Body.(*bots.Heard)
	if !ok || !overheard(e.Kind) {
		return nil, bots.ErrNotMine
	}
	account, known := f.Account(e.Account)
	if !known || ours(account, h.From) {
		return nil, nil
	}
	v := view{Bot: b, e: e, h: h, f: f, account: account, text: b.folder.Fold(h.Text)}
	return v.decide(), nil
}

func overheard(k bots.EventKind) bool {
	return k == bots.PostSeen || k == bots.MentionHeard || k == bots.CommentHeard || k == bots.PostEdited
}

// ours says whether somebody is the account itself or its staff.
func ours(a bots.Account, p adapters.Person) bool {
	if p.ID != "" && p.ID == a.Self {
		return true
	}
	for _, id := range a.Staff {
		if id == p.ID {
			return true
		}
	}
	return false
}

// view is one public text and all that is needed to decide on it.
type view struct {
	*Bot
	e       bots.Event
	h       *bots.Heard
	f       bots.Facts
	account bots.Account
	text    match.Folded
}

// decide puts people before suspicion: an emergency is answered first, whatever else the
// text says.
func (v view) decide() []bots.Effect {
	hit, suspicious := weigh(v.hits())
	urgency := v.urgency(hit, suspicious)
	var effects []bots.Effect
	if suspicious && !v.kept() {
		effects = v.clue(hit)
	}
	if urgency != match.NoUrgency { // promise 12
		return append(v.emergency(urgency), effects...)
	}
	return append(effects, v.answer(hit, suspicious)...)
}

// kept says whether this very text was already kept: an edit may change nothing we see.
func (v view) kept() bool {
	for _, id := range v.f.Find(bots.KindClue, v.e.Stream, "", maxRevisions) {
		if c, ok := bots.Get[bots.Clue](v.f, id); ok && c.Post == v.h.Ref && c.Text == v.h.Text {
			return true
		}
	}
	return false
}

// maxRevisions bounds how many clues of one stream are compared.
const maxRevisions = 50

// hits are the sieve's, or the bot's own for an event that did not pass it.
func (v view) hits() []bots.Hit {
	var valid []bots.Hit
	for _, h := range v.h.Hits {
		if h.Category.Valid() {
			valid = append(valid, h)
		}
	}
	if len(valid) > 0 {
		return valid
	}
	return v.sieve.Sift(v.h.Text)
}

// urgency is only asked of somebody who addressed us, and not of an advertisement or a
// rumour: "救命" is part of both. In public, where
// many write who are only curious, for money only the cues count.
func (v view) urgency(hit bots.Hit, suspicious bool) match.Urgency {
	asserting := suspicious && hit.Stance == bots.Asserting
	if v.e.Kind != bots.MentionHeard || asserting || v.text.PoliceCalled() {
		return match.NoUrgency
	}
	if u := v.text.Urgency(); u != match.MoneyMoving {
		return u
	}
	return v.text.Cued()
}

func (v view) emergency(u match.Urgency) []bots.Effect {
	name, why := "emergency", "有人公开点名求助，可能正在转账或刚转账，请立即联系"
	if u == match.LifeDanger {
		name, why = "emergency-life", "有人公开点名求助，可能有生命危险，请立即联系"
	}
	r := bots.Reply{Template: name, Purpose: bots.ForEmergency}
	if !v.account.Private {
		r.Template, r.Public = emergencyPublic, true
	}
	return []bots.Effect{
		r,
		bots.Escalate{Why: why, About: v.event()},
		v.remember(name),
	}
}

// clue keeps the post as evidence and, for one that offers or spreads, proposes.
func (v view) clue(hit bots.Hit) []bots.Effect {
	id := bots.NewID(v.e, "clue")
	hits := v.hits()
	open := bots.OpenClue{ID: id, Category: hit.Category, Stance: hit.Stance, Hits: hits}
	effects := []bots.Effect{open}
	if verify(hit) && len(v.f.Alike(v.h.Text, 1)) == 0 { // the first of a cluster was put to an officer; what was refuted is verified
		effects = append(effects, bots.Escalate{
			Why:   "请核实是否属实（" + bots.Categories()[hit.Category] + "），再决定辟谣或警示",
			About: bots.Target{Kind: bots.KindClue, ID: id},
		})
	}
	if hit.Stance != bots.Asserting { // promise 9
		return effects
	}
	return append(effects, v.warn(id, hit)...)
}

// verify says whether somebody should find out if the rumour is true.
func verify(h bots.Hit) bool {
	return h.Category.IsRumour() && (h.Stance == bots.Asserting || h.Stance == bots.Asking)
}

// warn proposes a private warning, one a day for each author on this account.
func (v view) warn(clue string, hit bots.Hit) []bots.Effect {
	if v.h.From.ID == "" {
		return nil // nobody to write to
	}
	day := "warning|" + v.account.ID + "|" + v.h.From.ID
	if v.f.Counted(day) > 0 {
		return nil
	}
	why := hit.Rule
	if r, ok := v.pack.Rule(hit.Rule); ok {
		why = r.Why
	}
	return []bots.Effect{
		bots.ProposeWarning{
			ID: bots.NewID(v.e, "warning"), Clue: clue, Template: warningFor(hit.Category),
			Vars: map[string]string{"Post": v.quote(v.h.Text), "Why": why},
			Why:  why, Rule: hit.Rule, Rev: hit.Version, Spans: hit.Spans,
		},
		bots.Count{Name: day},
	}
}

// warningFor names the text that says no more of a post than its category allows.
func warningFor(c bots.Category) string {
	switch {
	case c == bots.Fraud:
		return "warning-fraud"
	case c.IsRumour():
		return "warning-rumour"
	}
	return "warning-unlawful"
}

// answer replies to somebody who named us, once in a thread. An advertisement or rumour is
// not answered: an officer decides what its author hears.
func (v view) answer(hit bots.Hit, suspicious bool) []bots.Effect {
	if v.e.Kind != bots.MentionHeard || suspicious && hit.Stance == bots.Asserting {
		return nil
	}
	if _, done := v.f.Remembered(v.matter()); done {
		return nil
	}
	if v.h.From.ID == "" {
		return []bots.Effect{bots.Escalate{Why: "有人公开点名，但来源没有作者账号，无法自动答复，请人工处理", About: v.event()}, v.remember("escalated")}
	}
	r := bots.Reply{Template: answerPublic, Purpose: bots.ForReply, Public: true}
	if v.account.Private {
		r.Template, r.Public = v.reply(hit, suspicious), false
	}
	if v.exposed(v.text) {
		r.Vars = map[string]string{"Remove": "true"}
	}
	if a, ok := v.refuted(); ok && v.account.Private {
		r.Template, r.Vars = "refuted", a.Told()
	}
	return []bots.Effect{r, v.remember(r.Template)}
}

// sameDays is for how long after a bulletin refuted it "tomorrow" is taken for the same tomorrow.
const sameDays = 7 * 24 * time.Hour

// refuted is the bulletin of ours that refutes what somebody asks us about or passes on to us.
func (v view) refuted() (bots.Alike, bool) {
	for _, a := range v.f.Alike(v.h.Text, 4) {
		if a.On.Kind == bots.KindBulletin && !a.Retold && !(v.text.NamesDay() && v.f.Now().Sub(a.At) > sameDays) {
			return a, true
		}
	}
	return bots.Alike{}, false
}

// digits is a number long enough for a phone, a card or an identity card.
var digits = regexp.MustCompile(`\d{11,19}|\d{17}x`)

// exposed says whether somebody published a number that may be their own. Whose it is cannot
// be told, so they are asked.
func (*Bot) exposed(text match.Folded) bool { return digits.MatchString(text.Text) }

func (v view) reply(hit bots.Hit, suspicious bool) string {
	switch {
	case suspicious && hit.Stance != bots.Asking:
		return "offer-help"
	case v.text.Question() || suspicious:
		return "is-it-a-scam"
	case v.text.Complaint():
		return "complaint"
	}
	return "answer-mention"
}

// matter is the memory of what this person was told in this thread. A mention belongs to
// the stream of its author, so the thread must be part of the key.
func (v view) matter() string {
	thread := v.h.Thread
	if thread == "" {
		thread = v.h.Ref
	}
	return "answered " + string(thread)
}

func (v view) remember(template string) bots.Effect {
	return bots.Remember{Key: v.matter(), Value: []byte(template)}
}

func (v view) event() bots.Target { return bots.Target{Kind: bots.KindEvent, ID: v.e.ID} }

// maxQuote is how much of a post a warning repeats, in characters.
const maxQuote = 30

// quote shortens a post to its beginning, on one line. Links and numbers are left out: a
// warning must not carry the bait on.
func (b *Bot) quote(text string) string {
	var out []rune
	for _, r := range b.withoutBait(text) {
		if unicode.IsControl(r) {
			r = ' '
		}
		if len(out) == maxQuote {
			out[maxQuote-1] = '…'
			break
		}
		out = append(out, r)
	}
	return string(out)
}

func (b *Bot) withoutBait(text string) string {
	text = strings.ToValidUTF8(text, "")
	var out strings.Builder
	from := 0
	for _, at := range b.baits(text) {
		if at.Start < from {
			continue // within one left out already
		}
		out.WriteString(text[from:at.Start] + "…")
		from = at.End
	}
	return out.String() + text[from:]
}

// contact is what looks like an account on another platform: letters with digits. Blank is
// a gap its author left ("XX小学"), which reads as if we had forgotten to fill one in.
var (
	contact = regexp.MustCompile(`[a-z0-9_-]*\d[a-z0-9_-]*`)
	blank   = regexp.MustCompile(`x{2,}|_{2,}|\*{2,}|[{}<>\[\]]+`)
)

const shortestContact = 5

func (b *Bot) baits(text string) (all []match.Span) {
	folded := b.folder.Fold(text)
	for _, i := range folded.Indicators() {
		if i.Kind.Reaches() {
			all = append(all, i.At)
		}
	}
	for _, at := range contact.FindAllStringIndex(folded.Text, -1) {
		if at[1]-at[0] >= shortestContact {
			all = append(all, folded.Origin(at[0], at[1]))
		}
	}
	for _, at := range blank.FindAllStringIndex(folded.Text, -1) {
		all = append(all, folded.Origin(at[0], at[1]))
	}
	slices.SortFunc(all, func(a, b match.Span) int { return a.Start - b.Start })
	return all
}
