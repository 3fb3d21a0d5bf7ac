package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/blob"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	"netpatrol/internal/web/frontdoor"
)

// kioskName is the platform of the station's own forms, 报警岗亭.
const kioskName = "kiosk"

// KioskPlatform is the station's own forms as a platform: what people write there is heard,
// answered and kept like a message on any other. Nothing leaves the machine: an answer that was
// sent is one that the reporter's status page shows. New binds it to the station's files.
func KioskPlatform() adapters.Platform {
	return adapters.Platform{Manifest: kioskManifest(), Open: func(context.Context, adapters.Config, adapters.Host) (adapters.Account, error) {
		return nil, errors.New("the kiosk belongs to a running station")
	}}
}

func kioskManifest() adapters.Manifest {
	return adapters.Manifest{
		Name: kioskName, Title: "The station's own forms (报警岗亭)", Docs: "docs/kiosk.md", Limits: kioskLimits(),
		Abilities: []adapters.Ability{
			{Name: "message", Note: "an answer is read on the reporter's status page, with the lookup code"},
			{Name: "media", Note: "files that came with the form"},
			{Name: "find", Note: "showing an answer again is harmless"},
		},
		Idem: map[adapters.Channel]adapters.Idempotency{adapters.Private: adapters.ByLookup},
	}
}

func kioskLimits() adapters.Limits {
	own := adapters.Provenance{Source: "the station's own page", CheckedOn: "2026-11-26", Confirmed: true}
	return adapters.Limits{
		Text:      []adapters.TextLimit{{Channel: adapters.Private, Max: 4000, Unit: adapters.Runes, Provenance: own}},
		LaneWidth: 4,
	}
}

// withKiosk binds the kiosk platform, if the binary has it, to the files of this station.
func (a *App) withKiosk(platforms map[string]adapters.Platform) map[string]adapters.Platform {
	p, ok := platforms[kioskName]
	if !ok {
		return platforms
	}
	p.Open = func(_ context.Context, c adapters.Config, _ adapters.Host) (adapters.Account, error) {
		return &kioskAccount{id: c.ID, unit: a.o.Config.Unit.Name, files: a.files}, nil
	}
	bound := maps.Clone(platforms)
	bound[kioskName] = p
	return bound
}

// kioskAccount is the kiosk as an account. It holds nothing.
type kioskAccount struct {
	id, unit string
	files    *blob.Store
}

var (
	_ adapters.Account      = (*kioskAccount)(nil)
	_ adapters.Messenger    = (*kioskAccount)(nil)
	_ adapters.Finder       = (*kioskAccount)(nil)
	_ adapters.MediaFetcher = (*kioskAccount)(nil)
)

// Identity is what the configuration says: two officers attest it before it goes live.
func (k *kioskAccount) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: k.id, Handle: k.id, Name: k.unit}, Evidence: "the station's own page; no platform was asked"}, nil
}

// Caps says that it hears and answers in private, and nothing else.
func (k *kioskAccount) Caps() adapters.Caps {
	return adapters.Caps{Limits: kioskLimits(), Message: k, Find: k, Media: k}
}

// Close has nothing to release.
func (*kioskAccount) Close() error { return nil }

// Send makes an answer one that may be shown: the outbox writes down that it was delivered,
// and the status page shows what was delivered.
func (*kioskAccount) Send(_ context.Context, at adapters.Attempt, _ adapters.Message) (adapters.Receipt, error) {
	return adapters.Receipt{Ref: adapters.Ref("shown-" + at.Key)}, nil
}

// Find says of an answer of which nobody knows whether it was written down that it was not: it is
// shown from the record, so that showing it again is the same.
func (*kioskAccount) Find(context.Context, adapters.FindQuery) (adapters.Finding, error) {
	return adapters.Finding{Verdict: adapters.Absent}, nil
}

// FetchMedia reads a file that came with a form.
func (k *kioskAccount) FetchMedia(_ context.Context, m adapters.Media) (adapters.Content, error) {
	subject, digest, _ := strings.Cut(string(m.Ref), "#")
	r, err := k.files.Open(subject, digest)
	if errors.Is(err, blob.ErrGone) {
		return adapters.Content{}, &adapters.Error{Class: adapters.Gone, Op: "fetch a medium", Err: err}
	}
	if err != nil {
		return adapters.Content{}, &adapters.Error{Class: adapters.NotSent, Op: "fetch a medium", Err: err}
	}
	return adapters.Content{Body: r, Size: -1}, nil
}

// forms is the kiosk as the front door sees it.
type forms struct {
	a       *App
	account string
}

// kiosk is nil when no account of that platform is configured.
func (a *App) kiosk() frontdoor.Kiosk {
	i := slices.IndexFunc(a.o.Config.Accounts, func(c config.Account) bool { return c.Platform == kioskName })
	if i < 0 {
		return nil
	}
	return forms{a, a.o.Config.Accounts[i].ID}
}

// kioskURL is where the public finds the kiosk; empty when there is none, or nobody knows where.
func (a *App) kioskURL() string {
	if a.kiosk() == nil || a.o.Config.Frontdoor.PublicURL == "" {
		return ""
	}
	return strings.TrimSuffix(a.o.Config.Frontdoor.PublicURL, "/") + "/kiosk"
}

// Site implements [frontdoor.Kiosk].
func (f forms) Site(ctx context.Context, id string) (string, bool) {
	s, err := record.Fetch[record.Site](ctx, f.a.store, id)
	if err != nil || s.State != record.SiteActive {
		return "", false
	}
	return s.Name, true
}

// Tag implements [frontdoor.Kiosk].
func (f forms) Tag(scope, value string) string { return f.a.store.Vault().Tag(scope, value) }

// person is whoever filled in one form: an id of that form and nothing else.
func (f forms) person(key string) string { return "visitor-" + f.Tag("kiosk visitor", key) }

func (f forms) conversation(key string) string {
	return f.a.engine.Conversation(f.account, f.person(key))
}

// Keep implements [frontdoor.Kiosk]. The file lies under the key of the conversation to come, as
// all it brings will. What is never filed is swept after a day.
func (f forms) Keep(ctx context.Context, key string, from io.Reader) (adapters.Media, error) {
	return f.keep(ctx, f.conversation(key), from)
}

func (f forms) keep(ctx context.Context, subject string, from io.Reader) (adapters.Media, error) {
	kept, err := f.a.files.Put(ctx, subject, from)
	switch {
	case errors.Is(err, blob.ErrType):
		return adapters.Media{}, fmt.Errorf("%w: %w", frontdoor.ErrKind, err)
	case errors.Is(err, blob.ErrTooLarge):
		return adapters.Media{}, fmt.Errorf("%w: %w", frontdoor.ErrSize, err)
	case err != nil:
		return adapters.Media{}, err
	}
	return adapters.Media{Ref: adapters.Ref(kept.SHA256), Type: kept.Type}, nil
}

// File implements [frontdoor.Kiosk]. The lookup code follows from the form, so that a form sent
// twice gets the same one, and only its digest is stored.
func (f forms) File(ctx context.Context, v frontdoor.Visit) (frontdoor.Filed, error) {
	conv, now := f.conversation(v.Key), time.Now()
	code, err := f.code(ctx, v.Key, conv, now)
	if err != nil {
		return frontdoor.Filed{}, err
	}
	if _, partner := f.Site(ctx, v.Site); !partner { // whoever invents one says nothing by it
		v.Site = ""
	}
	in := &adapters.Inbound{
		Key: v.Key, Kind: adapters.KindMessage, Ref: adapters.Ref("form-" + f.Tag("kiosk form ref", v.Key)), Text: v.Text, At: now,
		From: adapters.Person{ID: f.person(v.Key), Name: "岗亭来访者"}, Detail: v.Kind + " site=" + v.Site,
	}
	in.Media = mediaOf(conv, v.Media)
	filed := frontdoor.Filed{Code: code, Urgency: f.Urgency(v.Text)}
	if v.Slow && !f.urgent(v.Text) { // it is durable when this returns, and decided when nothing else waits
		in.Slow = true
		return filed, f.a.engine.Receive(ctx, f.account, []adapters.Inbound{*in})
	}
	if _, err := f.a.engine.Hear(ctx, f.account, in); err != nil {
		return frontdoor.Filed{}, err
	}
	filed.Reference = f.reference(conv)
	filed.Proof = f.a.receiptFor(context.WithoutCancel(ctx), conv)
	return filed, nil
}

// code makes the lookup code of a form and files it.
func (f forms) code(ctx context.Context, key, conversation string, now time.Time) (string, error) {
	code, err := f.a.spellCode("kiosk lookup", key)
	if err != nil {
		return "", err
	}
	return code, f.a.store.Update(ctx, func(tx record.Tx) error {
		l := record.OpenLookup(f.Tag, code, conversation, now)
		if _, err := tx.Get(record.KindLookup, l.ID); !errors.Is(err, record.ErrNotFound) {
			return err
		}
		return tx.Put(l)
	})
}

// reference is that of the report the form became; empty while it is not decided.
func (f forms) reference(conversation string) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	c, err := record.Fetch[bots.Conversation](ctx, f.a.store, conversation)
	if err != nil || c.Report == "" {
		return ""
	}
	r, err := record.Fetch[bots.Report](ctx, f.a.store, c.Report)
	if err != nil {
		return ""
	}
	return r.Reference
}

var _ frontdoor.Kiosk = forms{}
