package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Evidence keeps the bytes of what people sent us, under the key of a subject.
type Evidence interface {
	// Keep reads to the end. It returns an [*Unfit] for what is never kept, and what from
	// returned; any other error may be gone when it is tried again.
	Keep(ctx context.Context, subject string, from io.Reader) (Kept, error)
	// Drop removes what was kept.
	Drop(subject, digest string) error
}

// Kept is what was kept: its type by its bytes, its size, and its SHA-256 in hex.
type Kept struct {
	Type   string
	Size   int64
	SHA256 string
}

// Unfit says, for officers, why bytes are never kept.
type Unfit struct{ Why string }

func (u *Unfit) Error() string { return u.Why }

// maxEvidence bounds what one conversation may fill the disk with.
const maxEvidence = 200

// collect makes the record of a medium and the errand that fetches it.
func (c *commit) collect(x bots.Fetch) error {
	h, err := c.heard()
	if err != nil {
		return err
	}
	n := slices.Index(h.Media, x.Media)
	if n < 0 || c.ev.Kind != bots.MessageHeard { // promise 8
		return errors.New("only what a person sent us in private is fetched and kept")
	}
	v := &record.Evidence{
		Head: c.head(bots.NewID(*c.ev, "media"+strconv.Itoa(n)), record.EvidenceWaiting), Account: c.ev.Account, Conversation: c.ev.Stream,
		Event: c.ev.ID, From: h.From, Sent: c.ev.Occurred, Media: x.Media,
	}
	if c.conv != nil {
		v.Report = c.conv.Report
	}
	if _, err := c.tx.Get(record.KindEvidence, v.ID); !errors.Is(err, record.ErrNotFound) {
		return err // another bot asked for it, too
	}
	kept, err := c.tx.List(record.Query{Kind: record.KindEvidence, Stream: c.ev.Stream, Limit: maxEvidence})
	if err != nil {
		return err
	}
	if len(kept) == maxEvidence {
		v.Settle(record.EvidenceRefused, "这个会话留存的文件已达上限，请联系当事人另行提交", c.now)
		return c.put(v)
	}
	g := &record.Errand{
		Head: c.head(v.ID, "waiting"), Bot: c.bot, Key: x.Key, Account: c.ev.Account, What: x.What, Ref: x.Ref, Media: x.Media,
		Cause: c.ev.ID, Evidence: v.ID,
	}
	g.Due, c.timed = c.wall(maxTime(x.At, c.now)), true
	return errors.Join(c.put(v), c.tx.Put(g))
}

// mediaTimeout bounds one fetch. It ends before the errand is found due again.
const mediaTimeout = 2*errandTimeout - 5*time.Second

// collect fetches a medium, keeps its bytes, settles its record and brings the result back,
// in this order: after a crash in between it is fetched again and is the same file.
func (e *Engine) collect(ctx context.Context, g *record.Errand, now time.Time) error {
	v, err := record.Fetch[record.Evidence](ctx, e.o.Store, g.Evidence)
	if errors.Is(err, record.ErrNotFound) || err == nil && v.Erased {
		return e.forget(ctx, g)
	}
	if err != nil {
		return err
	}
	if v.State == record.EvidenceWaiting {
		kept, err := e.fetchMedia(ctx, g)
		state, why := verdict(err)
		if next := e.nextTry(g, err, now); state == "" && next.Before(mediaEnds(g)) {
			e.o.Log.InfoContext(ctx, "evidence", "id", g.Evidence, "tries", g.Tries+1, "err", err)
			return e.tryAgain(ctx, g, next)
		}
		if state == "" {
			state, why = record.EvidenceLost, "平台在保留期内一直没有给出文件"
		}
		if v, err = e.settleEvidence(ctx, g, kept, state, why); err != nil {
			return err
		}
	}
	if v == nil { // the person was forgotten meanwhile
		return e.forget(ctx, g)
	}
	result := &bots.FetchResult{Bot: g.Bot, Key: g.Key, What: g.What, Ref: g.Ref, Evidence: v.ID, State: v.State, Problem: clip(v.Reason, maxWhy)}
	return e.bringBack(ctx, g, result, now)
}

func (e *Engine) fetchMedia(ctx context.Context, g *record.Errand) (Kept, error) {
	const op = "fetch a medium"
	ctx, cancel := context.WithTimeout(ctx, mediaTimeout)
	defer cancel()
	a := e.accounts[g.Account]
	switch {
	case a == nil || e.o.Evidence == nil:
		return Kept{}, &adapters.Error{Class: adapters.Unsupported, Op: op, Err: fmt.Errorf("account %s is not configured any more", g.Account)}
	case a.Open() == nil:
		return Kept{}, &adapters.Error{Class: adapters.NotSent, Op: op, Err: errNotOpen}
	case a.caps().Media == nil:
		return Kept{}, &adapters.Error{Class: adapters.Unsupported, Op: op, Err: errors.New("this account cannot")}
	}
	c, err := a.caps().Media.FetchMedia(ctx, g.Media)
	if err != nil {
		return Kept{}, err
	}
	kept, err := e.o.Evidence.Keep(ctx, g.Subject, c.Body)
	if closed := c.Body.Close(); err == nil {
		err = closed
	}
	return kept, err
}

// verdict says what an attempt means for the record; "": try again.
func verdict(err error) (state, why string) {
	var unfit *Unfit
	switch {
	case err == nil:
		return record.EvidenceKept, ""
	case errors.As(err, &unfit):
		return record.EvidenceRefused, unfit.Why
	case errors.Is(err, adapters.ErrTooLarge):
		return record.EvidenceRefused, "文件过大"
	}
	switch adapters.ClassOf(err) {
	case adapters.Gone:
		return record.EvidenceLost, "平台上已经没有这个文件，可能已过保留期"
	case adapters.Unsupported:
		return record.EvidenceLost, "这个账号不能取回图片、语音和视频"
	case adapters.Rejected:
		return record.EvidenceLost, "平台不给出这个文件"
	}
	return "", ""
}

const (
	// longestRetry bounds the wait between two tries.
	longestRetry = 30 * time.Minute
	// mediaLife is for how long a medium is asked for when the platform does not say how long it keeps it.
	mediaLife = 24 * time.Hour
)

func (e *Engine) nextTry(g *record.Errand, err error, now time.Time) time.Time {
	next := now.Add(min(e.o.Pace.Retry<<min(g.Tries+1, 16), longestRetry))
	var failed *adapters.Error
	if errors.As(err, &failed) && failed.Until.After(next) {
		return failed.Until
	}
	return next
}

func mediaEnds(g *record.Errand) time.Time {
	if g.Media.Until.IsZero() {
		return g.Created.Add(mediaLife)
	}
	return g.Media.Until
}

// settleEvidence writes what became of a medium. It returns nil when the person was forgotten
// meanwhile; then nothing stays of the bytes either.
func (e *Engine) settleEvidence(ctx context.Context, g *record.Errand, k Kept, state, why string) (v *record.Evidence, err error) {
	err = e.o.Store.Update(ctx, func(tx record.Tx) error {
		now, err := time.Now(), error(nil)
		if v, err = record.Load[record.Evidence](tx, g.Evidence); err != nil {
			return err
		}
		if !v.Settle(state, why, now) {
			return nil
		}
		v.Type, v.Size, v.SHA256 = k.Type, k.Size, k.SHA256
		e.toScan(v, now)
		tx.Audit(record.AuditEntry{
			At: now, Who: "engine", Did: didEvidence[state], On: bots.Target{Kind: record.KindEvidence, ID: v.ID},
			Detail: e.keyedDigest(k), Event: v.Event,
		})
		return tx.Put(v)
	})
	forgotten := errors.Is(err, record.ErrNotFound) || err == nil && v.Erased
	if forgotten { // promise 15
		return nil, e.drop(g.Subject, k)
	}
	e.wakeDue()
	return v, err
}

func (e *Engine) drop(subject string, k Kept) error {
	if k.SHA256 == "" {
		return nil
	}
	return e.o.Evidence.Drop(subject, k.SHA256)
}

// keyedDigest lets the audit chain prove which bytes were kept, without naming them to
// whoever has the same picture and not the master key.
func (e *Engine) keyedDigest(k Kept) string {
	if k.SHA256 == "" {
		return ""
	}
	return e.o.Tags.Tag("evidence digest", k.SHA256)
}

// didEvidence names the deeds in the audit. It never changes.
var didEvidence = map[string]string{
	record.EvidenceKept: "keep-evidence", record.EvidenceRefused: "refuse-evidence", record.EvidenceLost: "lose-evidence",
}
