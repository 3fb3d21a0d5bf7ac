package webtest

import (
	"bytes"
	"context"
	"image"
	_ "image/jpeg" // what officers attach
	_ "image/png"  // what officers attach
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/record"
)

// press is what the desk's accounts know of bulletins: pictures kept in memory and a draft
// box of the console.
type press struct {
	mu       sync.Mutex
	pictures map[string][]byte
	drafts   []adapters.Prepared
}

// quotas: "weibo" may post four times a month.
func quotas(account string) []adapters.Quota {
	if account != "weibo" {
		return nil
	}
	return []adapters.Quota{{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 4, Per: 30 * 24 * time.Hour, Zone: "Asia/Shanghai", Monthly: true}}
}

// colleague: chen and lin can be shown previews on "weibo".
func colleague(officer, account string) (adapters.Person, bool) {
	return adapters.Person{ID: "id-of-" + officer, Name: Names()[officer]}, account == "weibo" && (officer == "chen" || officer == "lin")
}

func previewers(account string) []string {
	if account != "weibo" {
		return nil
	}
	return []string{"chen", "lin"}
}

func pullable() []string { return []string{"weibo"} }

func (d *Desk) keepPicture(_ context.Context, data []byte) (adapters.Picture, error) {
	_, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return adapters.Picture{}, &record.Refusal{Code: "no-picture", Message: "the file is no picture"}
	}
	d.press.mu.Lock()
	defer d.press.mu.Unlock()
	digest := record.PictureDigest(data)
	if d.press.pictures == nil {
		d.press.pictures = map[string][]byte{}
	}
	d.press.pictures[digest] = data
	return adapters.Picture{Type: "image/" + kind, Size: len(data), Digest: digest}, nil
}

func (d *Desk) drawn(_ context.Context, digest string, _ int) ([]byte, error) {
	d.press.mu.Lock()
	defer d.press.mu.Unlock()
	data, ok := d.press.pictures[digest]
	if !ok {
		return nil, record.ErrNotFound
	}
	return data, nil
}

// ConsoleDrafts sets what people have drafted in the console of "weibo".
func (d *Desk) ConsoleDrafts(drafts ...adapters.Prepared) {
	d.press.mu.Lock()
	defer d.press.mu.Unlock()
	d.press.drafts = drafts
}

func (d *Desk) consoleDrafts(context.Context, string) ([]adapters.Prepared, error) {
	d.press.mu.Lock()
	defer d.press.mu.Unlock()
	return d.press.drafts, nil
}

// noPreview stands where an account could show previews; nothing here sends.
type noPreview struct{ adapters.Previewer }
