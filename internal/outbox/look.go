package outbox

import (
	"context"
	"errors"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// sight is what a warning's post looked like just now. Exactly one of at and trouble is set.
type sight struct {
	at      time.Time // when it was seen unchanged
	trouble string    // why the warning must not leave
}

// look fetches a warning's post again. It is a read outside any commit; the claim then
// insists on the version it was made for.
func (l *lane) look(ctx context.Context, b *brief) error {
	it := b.item
	if !it.AboutPost() || it.NotLooked != "" || !time.Now().Before(it.Expires) || b.account == nil {
		return nil
	}
	since, err := l.o.proposed(ctx, it)
	if err != nil {
		return err
	}
	b.sight = l.o.sight(ctx, b.account, it, since)
	if ctx.Err() != nil {
		return ctx.Err() // we are stopping: not being able to look is our own doing
	}
	l.o.step(StepLooked)
	return nil
}

// proposed is when the warning was drafted: whatever was edited after that was not what
// the officer saw.
func (o *Outbox) proposed(ctx context.Context, it *record.Item) (time.Time, error) {
	d, err := record.Fetch[bots.Draft](ctx, o.o.Store, it.Draft)
	if errors.Is(err, record.ErrNotFound) {
		return it.Created, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return d.Created, nil
}

func (o *Outbox) sight(ctx context.Context, a adapters.Account, it *record.Item, since time.Time) sight {
	looker := a.Caps().Lookup
	if looker == nil || it.Post == "" {
		return sight{trouble: whyCannotLook}
	}
	ctx, stop := context.WithTimeout(ctx, o.pace.Call)
	defer stop()
	s, err := looker.Look(ctx, it.Post)
	if adapters.ClassOf(err) == adapters.Gone && err != nil {
		return sight{trouble: whyPostGone}
	}
	if err != nil {
		return sight{trouble: whyLookFailed(err)}
	}
	if why := changed(s, it, since); why != "" {
		return sight{trouble: why}
	}
	return sight{at: time.Now()}
}

// changed says in what way a post is no longer what the officer decided on.
func changed(s adapters.Sight, it *record.Item, since time.Time) string {
	switch {
	case !s.Exists:
		return whyPostGone
	case s.Text != it.PostText, s.Edited.After(since):
		return whyPostChanged
	case it.Purpose == bots.ForWarning && s.Author.ID != "" && s.Author.ID != it.To.ID:
		return whyPostOther
	}
	return ""
}
