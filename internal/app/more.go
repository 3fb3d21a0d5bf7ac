package app

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/intake"
	"netpatrol/bots/match"
	"netpatrol/internal/record"
	"netpatrol/internal/web/frontdoor"
)

var _ frontdoor.More = forms{}

// more is nil when no account of the kiosk is configured: nobody has a lookup code.
func (a *App) more() frontdoor.More {
	if f, ok := a.kiosk().(forms); ok {
		return f
	}
	return nil
}

// Screen implements [frontdoor.Kiosk] and [frontdoor.More].
func (f forms) Screen(text string) (clean string, held bool) { return f.a.engine.Screen(text) }

// led is the conversation a code leads to.
func (f forms) led(ctx context.Context, code string) (*bots.Conversation, error) {
	l, err := record.Fetch[record.Lookup](ctx, f.a.store, record.LookupID(f.Tag, code))
	if errors.Is(err, record.ErrNotFound) || err == nil && !l.Leads(time.Now()) {
		return nil, frontdoor.ErrNowhere
	}
	if err != nil {
		return nil, err
	}
	c, err := record.Fetch[bots.Conversation](ctx, f.a.store, l.Conversation)
	if errors.Is(err, record.ErrNotFound) || err == nil && c.Erased {
		return nil, frontdoor.ErrNowhere
	}
	return c, err
}

// KeepMore implements [frontdoor.More].
func (f forms) KeepMore(ctx context.Context, code string, from io.Reader) (adapters.Media, error) {
	c, err := f.led(ctx, code)
	if err != nil {
		return adapters.Media{}, err
	}
	return f.keep(ctx, c.ID, from)
}

// Add implements [frontdoor.More]. What is added is a message in the conversation, like one on any platform.
func (f forms) Add(ctx context.Context, code string, v frontdoor.Addition) (frontdoor.Urgency, error) {
	c, err := f.led(ctx, code)
	if err != nil {
		return frontdoor.NoUrgency, err
	}
	in := adapters.Inbound{
		Key: v.Key + ".more", Kind: adapters.KindMessage, Ref: adapters.Ref("more-" + f.Tag("kiosk form ref", v.Key)), Text: v.Text, At: time.Now(),
		From: c.Person, Detail: "more", Media: mediaOf(c.ID, v.Media),
	}
	return f.Urgency(v.Text), f.a.engine.Receive(ctx, c.Account, []adapters.Inbound{in})
}

// urgent says whether a text must not wait behind others.
func (f forms) urgent(text string) bool { return intake.Urgent(f.a.folder.Fold(text)) }

// Urgency implements [frontdoor.Kiosk] and [frontdoor.More]: what card a text would get. Whoever has called the police is not told to.
func (f forms) Urgency(text string) frontdoor.Urgency {
	words := f.a.folder.Fold(text)
	switch {
	case words.Urgency() == match.LifeDanger:
		return frontdoor.LifeDanger
	case intake.Urgent(words) && !words.PoliceCalled():
		return frontdoor.MoneyMoving
	}
	return frontdoor.NoUrgency
}

// mediaOf says where the files of a conversation's form lie.
func mediaOf(conversation string, all []adapters.Media) (media []adapters.Media) {
	for _, m := range all {
		media = append(media, adapters.Media{Ref: adapters.Ref(conversation + "#" + string(m.Ref)), Type: m.Type})
	}
	return media
}

// End implements [frontdoor.More].
func (f forms) End(ctx context.Context, code string) error {
	ok, err := f.a.engine.EndLookup(ctx, code)
	if err == nil && !ok {
		return frontdoor.ErrNowhere
	}
	return err
}

// spellCode makes a lookup code that follows from a value nobody else knows, so that it need not be stored.
func (a *App) spellCode(scope, value string) (string, error) {
	secret, err := base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).DecodeString(a.store.Vault().Tag(scope, value)[:16])
	if err != nil {
		return "", fmt.Errorf("make a lookup code: %w", err)
	}
	return record.NewLookup([record.LookupBytes]byte(secret)), nil
}

// newLookup is the code that an officer's form gives, the same however often it is sent, and its digest.
func (a *App) newLookup(officer, formKey string) (code, id string, err error) {
	code, err = a.spellCode("officer lookup", officer+"|"+formKey)
	return code, record.LookupID(a.store.Vault().Tag, code), err
}
