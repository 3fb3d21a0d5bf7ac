package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Clerk makes clue packages and takes them to other units.
type Clerk interface {
	// Unit says how a unit is called and by what way a package goes to it; ok is false when it cannot.
	Unit(id string) (name, way string, ok bool)
	// Pack says what of these texts is passed on; whole: the reporter's own numbers too. said is what the reporter
	// said of what was read from them. It is pure.
	Pack(texts []string, whole bool, said []bots.Check) record.HandoffPackage
	// Courier is the account by which packages go to a unit and its answers come; "": they go otherwise.
	Courier(unit string) (account string)
	// Deliver puts a package, its correction or its withdrawal where the other unit gets it. The same again
	// changes nothing.
	Deliver(ctx context.Context, h *record.Handoff) error
}

// deliverTimeout bounds one try to deliver; it is found due again after twice that.
const deliverTimeout = 30 * time.Second

// handOver deals with a hand-off that came due: to be sent, or not answered in time.
func (e *Engine) handOver(ctx context.Context, h *record.Handoff, now time.Time) error {
	if h.Erased {
		return e.onHandoff(ctx, h, func(tx record.Tx, again *record.Handoff) { again.Due = time.Time{} })
	}
	if h.State == record.HandoffSent {
		return e.onHandoff(ctx, h, func(tx record.Tx, again *record.Handoff) {
			again.Due, again.Updated = time.Time{}, now
			e.raiseHandoff(tx, again, "unanswered", again.Package.ToUnit+"还没有答复移交 "+again.Code+"，请联系对方", now)
		})
	}
	if e.o.Clerk == nil {
		return nil
	}
	held := h.Version
	if err := e.onHandoff(ctx, h, func(tx record.Tx, again *record.Handoff) {
		again.Due = now.Add(2 * deliverTimeout)
		held = again.Version + 1
	}); err != nil {
		return err
	}
	h.Version = held
	e.errands.Go(func() {
		defer e.wakeDue()
		if err := e.deliver(ctx, h); err != nil && ctx.Err() == nil {
			e.o.Log.WarnContext(ctx, "hand-off", "id", h.ID, "err", err)
		}
	})
	return nil
}

// deliver makes one try and writes down what became of it.
func (e *Engine) deliver(ctx context.Context, h *record.Handoff) error {
	bounded, cancel := context.WithTimeout(ctx, deliverTimeout)
	failed := e.o.Clerk.Deliver(bounded, h)
	cancel()
	if ctx.Err() != nil {
		return nil // we are stopping: it is due again
	}
	now := time.Now()
	return e.onHandoff(ctx, h, func(tx record.Tx, again *record.Handoff) {
		on := bots.Target{Kind: record.KindHandoff, ID: h.ID}
		if failed == nil {
			state := again.State
			again.Delivered(now)
			tx.Audit(record.AuditEntry{At: now, Who: "engine", Did: "handoff-sent", On: on, Code: again.Code, Detail: state})
			return
		}
		last := again.Failed(clip(failed.Error(), maxWhy), now)
		tx.Audit(record.AuditEntry{At: now, Who: "engine", Did: "handoff-failed", On: on, Code: again.Code, Detail: fmt.Sprintf("try %d", again.Tries)})
		if last {
			e.raiseHandoff(tx, again, "unsent", "移交 "+again.Code+" 三次都没有送到"+again.Package.ToUnit+"，请检查后再送", now)
		}
	})
}

// onHandoff changes a hand-off, unless it was changed since it was read.
func (e *Engine) onHandoff(ctx context.Context, h *record.Handoff, change func(record.Tx, *record.Handoff)) error {
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		again, err := record.Load[record.Handoff](tx, h.ID)
		if errors.Is(err, record.ErrNotFound) || err == nil && again.Version != h.Version {
			return nil
		}
		if err != nil {
			return err
		}
		change(tx, again)
		return tx.Put(again)
	})
}

// raiseHandoff tells the duty officer, once for each round and revision.
func (e *Engine) raiseHandoff(tx record.Tx, h *record.Handoff, what, why string, now time.Time) {
	id := fmt.Sprintf("%s.%s.%d.%d", h.ID, what, h.Round, h.Revision)
	about := &bots.Event{Head: bots.Head{ID: id, Subject: h.Subject, Stream: h.Stream}, Accepted: now}
	raise(tx, about, why, bots.Target{Kind: record.KindHandoff, ID: h.ID})
}

// AnswerHandoff accepts what another unit says to a package and waits for what that comes to. The same form key
// again gets the first outcome.
func (e *Engine) AnswerHandoff(ctx context.Context, id string, a bots.HandoffAnswer, formKey string) (bots.Result, error) {
	h, err := record.Fetch[record.Handoff](ctx, e.o.Store, id)
	if err != nil {
		return bots.Result{}, err
	}
	ev := &bots.Event{Key: h.ID + "|answer|" + formKey, Kind: bots.HandoffAnswered, V: 1, Occurred: time.Now(), Account: h.Account}
	if r, ok := e.answeredBefore(ctx, h, formKey); ok {
		return r, nil
	}
	held := e.holdsCode(a.Note, a.Number)
	if held { // promise 15
		return secretRefused(), nil
	}
	a.Handoff, a.Note, a.Number = h.ID, clip(a.Note, maxWhy), clip(a.Number, 100)
	if h.About.Kind == bots.KindReport {
		a.Report = h.About.ID
	}
	if refused := mayAnswer(h, a); refused != nil {
		return *refused, nil
	}
	ev.Stream, ev.Subject, ev.State, ev.Body = h.Stream, h.Subject, bots.EventPending, &a
	return e.await(ctx, ev)
}

// answeredBefore finds the outcome of a form that was sent before.
func (e *Engine) answeredBefore(ctx context.Context, h *record.Handoff, formKey string) (bots.Result, bool) {
	page, err := e.o.Store.List(ctx, record.Query{Kind: bots.KindEvent, Stream: h.Stream, Newest: true, Limit: 200})
	if err != nil {
		return bots.Result{}, false
	}
	for _, r := range page {
		if ev := r.(*bots.Event); ev.Key == h.ID+"|answer|"+formKey && ev.Result != nil {
			return *ev.Result, true
		}
	}
	return bots.Result{}, false
}

// mayAnswer tries an answer on a copy.
func mayAnswer(h *record.Handoff, a bots.HandoffAnswer) *bots.Result {
	if h.Erased {
		return &bots.Result{Status: bots.Refused, Code: "erased", Message: "what the package was about was erased"}
	}
	tried := *h
	tried.Answers = nil
	err := record.AnswerHandoff(&tried, record.HandoffAnswer{As: a.As, Note: a.Note, Revision: a.Revision})
	if refused := (*record.Refusal)(nil); errors.As(err, &refused) {
		return &bots.Result{Status: bots.Refused, Code: refused.Code, Message: refused.Message}
	}
	return nil
}

// answered writes another unit's answer into its hand-off. One that came too late, because the hand-off was
// withdrawn meanwhile, changes nothing.
func (c *commit) answered(a *bots.HandoffAnswer) error {
	h, err := record.Load[record.Handoff](c.tx, a.Handoff)
	if errors.Is(err, record.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	on := bots.Target{Kind: record.KindHandoff, ID: h.ID}
	c.bot, c.who = "handoff", a.By
	defer func() { c.who = "" }()
	err = record.AnswerHandoff(h, record.HandoffAnswer{At: c.now, As: a.As, Note: a.Note, Number: a.Number, By: a.By, Revision: a.Revision})
	if refused := (*record.Refusal)(nil); errors.As(err, &refused) {
		c.audit("handoff-answer-refused", on, h.Code, refused.Code)
		return nil
	}
	if err != nil {
		return err
	}
	c.audit("handoff-answer", on, h.Code, a.As)
	if a.As == bots.HandoffNotOurs {
		raise(c.tx, c.ev, h.Package.ToUnit+"答复移交 "+h.Code+" 不属其管辖，请另选单位", on)
	}
	return c.tx.Put(h)
}

// slip takes in a return slip that an officer typed. It is decided as if the unit had said it.
func (e *Engine) slip(ctx context.Context, d bots.Decision, formKey string) (bots.Result, error) {
	h, as, err := e.readSlip(ctx, d)
	if refused := (*record.Refusal)(nil); errors.As(err, &refused) {
		return bots.Result{Status: bots.Refused, Code: refused.Code, Message: refused.Message}, nil
	}
	if err != nil {
		return bots.Result{}, err
	}
	return e.AnswerHandoff(ctx, h.ID, bots.HandoffAnswer{As: as, Note: d.Fields["note"], Number: d.Fields["number"], By: d.Officer}, d.Officer+"|"+formKey)
}

// readSlip finds the hand-off of a slip's code.
func (e *Engine) readSlip(ctx context.Context, d bots.Decision) (*record.Handoff, string, error) {
	by, err := record.Fetch[record.Officer](ctx, e.o.Store, d.Officer)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return nil, "", err
	}
	if err != nil || by.State != record.OfficerActive || !by.Is(record.Duty, record.Approver) {
		return nil, "", refuse("role", "%s may not enter a return slip: it needs an officer or approver", d.Officer)
	}
	unknown := refuse("slip", "this is not the code of a return slip: compare it with the slip, character by character")
	code, as, ok := record.ReadSlip(d.Fields["slip"])
	if !ok {
		return nil, "", unknown
	}
	c, err := record.Fetch[record.Code](ctx, e.o.Store, code)
	if errors.Is(err, record.ErrNotFound) || err == nil && c.On.Kind != record.KindHandoff {
		return nil, "", unknown
	}
	if err != nil {
		return nil, "", err
	}
	h, err := record.Fetch[record.Handoff](ctx, e.o.Store, c.On.ID)
	if err != nil {
		return nil, "", err
	}
	if !record.SameSlip(d.Fields["slip"], record.HandoffSlip(e.o.Tags.Tag, h, as)) {
		return nil, "", unknown
	}
	return h, as, nil
}
