package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/blob"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
	"netpatrol/internal/web/view"
)

// pictureSubject keeps bulletins' pictures. They are meant for everybody and belong to no
// person, so it is never erased.
const pictureSubject = "bulletins/pictures"

// openPictures opens the files of bulletins beside the store.
func openPictures(dir string, store *boltstore.Store) (*blob.Store, error) {
	return blob.Open(blob.Options{Dir: filepath.Join(dir, "pictures"), Vault: store.Vault(), Flush: store.FlushKeys})
}

// errNoPicture refuses what platforms do not show.
var errNoPicture = &record.Refusal{Code: "no-picture", Message: "the file is no JPEG, PNG, GIF or WebP picture of at most 1 MiB"}

// keepPicture keeps a bulletin's picture.
func (a *App) keepPicture(ctx context.Context, data []byte) (adapters.Picture, error) {
	if len(data) > view.MaxPicture {
		return adapters.Picture{}, errNoPicture
	}
	kept, err := a.pictures.Put(ctx, pictureSubject, bytes.NewReader(data))
	if errors.Is(err, blob.ErrType) || errors.Is(err, blob.ErrTooLarge) || err == nil && !strings.HasPrefix(kept.Type, "image/") {
		return adapters.Picture{}, errNoPicture
	}
	return adapters.Picture{Type: kept.Type, Size: len(data), Digest: record.PictureDigest(data)}, err
}

// picture returns the bytes of a bulletin's picture.
func (a *App) picture(_ context.Context, digest string) ([]byte, error) {
	f, err := a.pictures.Open(pictureSubject, digest)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// drawn is a bulletin's picture, drawn anew for an officer's browser.
func (a *App) drawn(ctx context.Context, digest string, side int) ([]byte, error) {
	return a.pictures.Preview(ctx, pictureSubject, digest, side)
}

// pullable lists the accounts with a console's draft box.
func (a *App) pullable() (ids []string) {
	for _, c := range a.o.Config.Accounts {
		if open, ok := a.opener.get(c.ID); ok && open.Caps().Drafts != nil {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// sweepPictures removes pictures older than before that no bulletin shows: those of forms nobody submitted.
func (a *App) sweepPictures(ctx context.Context, before time.Time) error {
	_, err := a.pictures.Sweep(ctx, before, func(ctx context.Context, _ string) (map[string]bool, error) {
		shown := map[string]bool{}
		q := record.Query{Kind: bots.KindBulletin, Limit: 1000}
		for {
			page, err := a.store.List(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, r := range page {
				q.After = r.Meta().ID
				for _, p := range r.(*bots.Bulletin).Extras.Pictures {
					shown[p.Digest] = true
				}
			}
			if len(page) < q.Limit {
				return shown, nil
			}
		}
	})
	return err
}

// consoleDrafts lists the drafts people made in a platform's console.
func (a *App) consoleDrafts(ctx context.Context, account string) ([]adapters.Prepared, error) {
	open, ok := a.opener.get(account)
	if !ok || open.Caps().Drafts == nil {
		return nil, &record.Refusal{Code: "no-drafts", Message: "account " + account + " has no drafts that could be pulled, or is not connected"}
	}
	list, err := open.Caps().Drafts.Drafts(ctx)
	var failed *adapters.Error
	if errors.As(err, &failed) {
		return nil, &record.Refusal{Code: "platform", Message: "the platform does not show its drafts: " + failed.Error()}
	}
	return list, err
}

func (a *App) quotas(account string) []adapters.Quota {
	open, ok := a.opener.get(account)
	if !ok {
		return nil
	}
	return open.Caps().Limits.Quotas
}

// colleague is where an officer sees previews of an account.
func (a *App) colleague(officer, account string) (adapters.Person, bool) {
	for _, o := range a.o.Config.Officers {
		if id := o.Previews[account]; o.ID == officer && id != "" {
			return adapters.Person{ID: id, Name: o.Name}, true
		}
	}
	return adapters.Person{}, false
}

// previewers lists the officers who can be shown a preview on an account.
func (a *App) previewers(account string) (ids []string) {
	if open, ok := a.opener.get(account); !ok || open.Caps().Preview == nil {
		return nil
	}
	for _, o := range a.o.Config.Officers {
		if _, ok := a.colleague(o.ID, account); ok {
			ids = append(ids, o.ID)
		}
	}
	slices.Sort(ids)
	return ids
}
