package engine

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// reply drafts an answer to the person whose event is being decided.
func (c *commit) reply(x bots.Reply) error {
	to, ref, err := c.addressee()
	refused, failed := c.refusedMention()
	if refused != nil {
		to, ref, err = refused.To, refused.Parent, nil
	}
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	if !record.Solicited(x.Purpose) { // promise 1
		return fmt.Errorf("a reply cannot be a %q: that needs an officer", x.Purpose)
	}
	if t, ok := c.e.o.Writer.Describe(x.Template); ok && t.Purpose == bots.ForOfficer { // promise 1
		return fmt.Errorf("template %q is for officers: no bot says it", x.Template)
	}
	if silent := c.silence(x); silent != "" {
		c.audit("no-reply", bots.Target{Kind: bots.KindEvent, ID: c.ev.ID}, "", silent)
		return nil
	}
	c.replied = true
	d := &bots.Draft{
		Head: c.head(bots.NewID(*c.ev, "reply"), ""), Purpose: x.Purpose, Account: c.ev.Account, Channel: adapters.Private,
		To: to, Parent: ref, Template: x.Template, Vars: x.Vars, Choices: offered(x.Choices),
	}
	if x.Public && (c.ev.Kind == bots.MentionHeard || c.ev.Kind == bots.CommentHeard || refused != nil) {
		d.Channel = adapters.InReply
	}
	if x.Report != "" {
		d.About = bots.Target{Kind: bots.KindReport, ID: x.Report}
	}
	if c.ev.Kind == bots.Followed {
		d.Expires = c.now.Add(greetWithin)
	}
	aside(d, x)
	if err := c.submit(d); err != nil {
		return err
	}
	return c.wasTold(d, x)
}

// greetWithin is how late a new follower may be greeted. A greeting that waits does not take the place of the answer to
// what they write later.
const greetWithin = 10 * time.Minute

// addressee is whom a reply goes to and what it answers: the one who just said something, or,
// for a reminder in a conversation, the one it is with.
func (c *commit) addressee() (adapters.Person, adapters.Ref, error) {
	if h, ok := c.ev.Body.(*bots.Heard); ok {
		return h.From, h.Ref, nil
	}
	if c.conv != nil && c.conv.Person.ID != "" {
		return c.conv.Person, c.conv.Last, nil
	}
	return adapters.Person{}, "", fmt.Errorf("nobody is there to reply to: a %s event outside a conversation", c.ev.Kind)
}

// refusedMention is the private answer to a public mention that the platform has just refused for
// good, or nil: it may be answered in public.
func (c *commit) refusedMention() (*bots.Draft, error) {
	o, ok := c.ev.Body.(*bots.Outcome)
	if !ok || o.State != record.ItemRejected {
		return nil, nil
	}
	d, err := record.View[bots.Draft](c.tx, o.Draft)
	if errors.Is(err, record.ErrNotFound) || err == nil && d.Channel != adapters.Private {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	asked, err := record.View[bots.Event](c.tx, d.Event)
	if errors.Is(err, record.ErrNotFound) || err == nil && asked.Kind != bots.MentionHeard {
		return nil, nil
	}
	return d, err
}

// silence says why a reply is not drafted, or nothing. An emergency card is always
// drafted, and then nothing else is.
func (c *commit) silence(x bots.Reply) string {
	if c.urgent && x.Purpose != bots.ForEmergency { // promise 12
		return "superseded: the emergency card goes first (" + x.Template + ")"
	}
	if c.replied {
		return "superseded: the event has its reply (" + x.Template + ")"
	}
	if !c.urgent && c.conv != nil && c.conv.Officer != "" {
		return "officer " + c.conv.Officer + " has taken the conversation over"
	}
	return ""
}

// emergency says whether a bot proposes an emergency card.
func (p *proposal) emergency() bool {
	return slices.ContainsFunc(p.effects, func(x proposed) bool {
		r, ok := x.effect.(bots.Reply)
		return ok && r.Purpose == bots.ForEmergency
	})
}

// submit renders, measures, checks and seals a draft, puts it before officers, and
// releases it at once where a standing approval covers it.
func (c *commit) submit(d *bots.Draft) error {
	a, err := record.View[bots.Account](c.tx, d.Account)
	if err != nil {
		return fmt.Errorf("account %s: %w", d.Account, err)
	}
	if err := c.write(d, a); err != nil {
		return err
	}
	d.Event = c.ev.ID
	if d.Author == "" {
		d.Author = "bot:" + c.bot
	}
	if d.Expires.IsZero() {
		d.Expires = c.now.Add(c.e.o.Pace.DraftLife)
	}
	record.Submit(d, a.Mode())
	d.Due = d.Expires
	c.audit("draft", bots.Target{Kind: bots.KindDraft, ID: d.ID}, d.Code, fmt.Sprintf("%s, %s", d.Purpose, d.State))
	if err := c.cover(d, a); err != nil {
		return err
	}
	return c.put(d)
}

// write fills in the text: from its template, or an officer's own words in the officer template.
func (c *commit) write(d *bots.Draft, a *bots.Account) error {
	var err error
	if d.Code, err = c.code(bots.Target{Kind: bots.KindDraft, ID: d.ID}); err != nil {
		return err
	}
	vars := map[string]string{}
	maps.Copy(vars, d.Vars) // first: who speaks, and the code, are not a bot's to say
	vars["Unit"], vars["Code"], vars["Automatic"] = a.Unit, d.Code, automatic(d)
	if vars["Reference"], err = c.reference(d.About); err != nil {
		return err
	}
	if vars["Proof"], err = c.prove(d); err != nil {
		return err
	}
	err = c.compose(d, a, vars)
	for _, part := range asides {
		if err == nil || vars[part] == "" {
			continue
		}
		vars[part] = "" // it is too long for this platform, or may not be said: the message goes without
		delete(d.Vars, part)
		err = c.compose(d, a, vars)
	}
	return err
}

// compose renders a draft, numbers its choices and checks it.
func (c *commit) compose(d *bots.Draft, a *bots.Account, vars map[string]string) error {
	t, err := c.e.o.Writer.Render(c.language(a), d.Template, vars)
	if err != nil {
		return err
	}
	d.Text, d.Language, d.Rev = t.Text, t.Language, t.Rev
	if err := number(d); err != nil {
		return err
	}
	return c.fit(d)
}

// fit refuses a text that may not or cannot leave.
func (c *commit) fit(d *bots.Draft) error {
	if err := c.e.o.Writer.Lint(d.Text); err != nil { // promise 11
		return err
	}
	if l, ok := c.e.limits(d.Account, d.Channel); ok {
		return l.Check(d.Text)
	}
	return nil
}

func automatic(d *bots.Draft) string {
	if d.Corrects != "" || d.Purpose == bots.ForOfficer || d.Purpose == bots.ForBulletin || d.Purpose == bots.ForWarning || d.Purpose == bots.ForFlag {
		return ""
	}
	return "true"
}

func (c *commit) language(a *bots.Account) string {
	if c.conv != nil && c.conv.Language != "" {
		return c.conv.Language
	}
	if h, ok := c.ev.Body.(*bots.Heard); ok && h.Language != "" {
		return h.Language
	}
	return a.Language
}

func (c *commit) reference(about bots.Target) (string, error) {
	if about.Kind != bots.KindReport {
		return "", nil
	}
	r, err := record.View[bots.Report](c.tx, about.ID)
	if err != nil {
		return "", err
	}
	return r.Reference, nil
}

// cover releases a draft under a standing approval, if there is one for it.
func (c *commit) cover(d *bots.Draft, a *bots.Account) error {
	if d.State != bots.DraftAwaiting {
		return nil
	}
	s, err := record.View[record.Standing](c.tx, StandingID(d.Template, d.Rev))
	if errors.Is(err, record.ErrNotFound) {
		return c.urge(d, "")
	}
	if err != nil {
		return err
	}
	approval, err := record.Cover(d, s, a.Mode(), c.now)
	if refused := (*record.Refusal)(nil); errors.As(err, &refused) {
		return c.urge(d, refused.Code)
	}
	if err != nil {
		return err
	}
	return c.release(d, approval)
}

// urge tells the duty officer that an emergency card waits for a hand.
func (c *commit) urge(d *bots.Draft, code string) error {
	if d.Purpose == bots.ForEmergency {
		raise(c.tx, c.ev, "有一条紧急劝阻等待您放行："+uncovered(code), bots.Target{Kind: bots.KindDraft, ID: d.ID})
	}
	return nil
}

// uncovered says why no standing approval releases a draft, by the refusal's code.
func uncovered(code string) string {
	switch code {
	case "mode":
		return "账号在“建议”模式，每一条都由人放行"
	case "standing-ended":
		return "它的常设审批已到期、已撤销或还没有确认"
	case "standing-other":
		return "它的常设审批不适用于这一条"
	}
	return "没有适用的常设审批"
}

// release makes the outbox item. The draft itself is stored by the caller.
func (c *commit) release(d *bots.Draft, a *record.Approval) error {
	i, err := record.Release(d, a, c.now)
	if err != nil {
		return err
	}
	d.Due = time.Time{} // it cannot lapse any more; the item can
	i.Due = c.wall(i.Due)
	a.Subject = d.Subject
	c.items = append(c.items, i)
	c.audit("release", bots.Target{Kind: bots.KindDraft, ID: d.ID}, d.Code, byWhom(a))
	if err := c.put(a); err != nil {
		return err
	}
	return c.put(i)
}

func byWhom(a *record.Approval) string {
	if a.Officer != "" {
		return "approved by " + a.Officer
	}
	return "covered by " + a.Standing
}

// StandingID names the standing approval of a template version.
func StandingID(template string, rev int) string { return fmt.Sprintf("%s@%d", template, rev) }

// codeAlphabet leaves out what is misheard or misread: 0 O 1 I L.
const codeAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// code gives a record the short code by which people refer to it and files it. The
// code follows from the record's id and a secret, so a replay gives the same.
func (c *commit) code(on bots.Target) (string, error) { return c.file(on, spell) }

// receipt gives a report its public reference and files it.
func (c *commit) receipt(on bots.Target) (string, error) {
	region := ""
	if a := c.e.accounts[c.ev.Account]; a != nil {
		region = a.Region
	}
	return c.file(on, func(tag string) string { return record.NewReference(region, tag, c.now) })
}

// file files a record under the first name for it that is free.
func (c *commit) file(on bots.Target, spell func(tag string) string) (string, error) {
	for salt := range 8 {
		code := spell(c.e.o.Tags.Tag("code", fmt.Sprintf("%s#%d", on, salt)))
		old, err := record.Load[record.Code](c.tx, code)
		if err == nil && old.On == on {
			return code, nil
		}
		if err == nil {
			continue // taken by another record
		}
		if !errors.Is(err, record.ErrNotFound) {
			return "", err
		}
		r := &record.Code{Head: bots.Head{ID: code, State: "given", Created: c.now, Updated: c.now}, On: on}
		return code, c.tx.Put(r)
	}
	return "", fmt.Errorf("no free code for %s", on)
}

// spell writes eight letters, the last a check on the others.
func spell(tag string) string {
	sum := sha256.Sum256([]byte(tag))
	code := make([]byte, 8)
	check := 0
	for i := range 7 {
		n := int(sum[i]) % len(codeAlphabet)
		code[i] = codeAlphabet[n]
		check += n * (i + 2)
	}
	code[7] = codeAlphabet[check%len(codeAlphabet)]
	return string(code)
}
