package frontdoor

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Press is what was published, as everybody may read it.
type Press interface {
	// Bulletins lists those that are published, newest first, older than the one named; more says
	// that there are older ones.
	Bulletins(ctx context.Context, before string) (page []Bulletin, more bool, err error)
	// Bulletin is one that is published, or was; ok is false when there is none of that id.
	Bulletin(ctx context.Context, id string) (b Bulletin, ok bool, err error)
	// Picture draws a picture of a published bulletin anew, as a JPEG; ok is false when there is none.
	Picture(ctx context.Context, id string, n int) (jpeg []byte, ok bool, err error)
}

// Bulletin is a public notice.
type Bulletin struct {
	ID, Title string
	At        time.Time
	Blocks    []Block // of one that is read, not listed
	// Withdrawn is the day on which it was taken back; then there is no text. Zero: it stands.
	Withdrawn time.Time
}

// Block is a paragraph or a picture of a bulletin.
type Block struct {
	Text    string // or what the picture shows, for those who do not see it
	Picture string // its number; empty: a paragraph
}

type bulletinsPage struct {
	All   []Bulletin
	Older string
}

func (p *public) bulletins(w http.ResponseWriter, r *http.Request) {
	all, more, err := p.press.Bulletins(r.Context(), r.URL.Query().Get("before"))
	if err != nil {
		p.broken(w, r, err)
		return
	}
	page := bulletinsPage{All: all}
	if more && len(all) > 0 {
		page.Older = all[len(all)-1].ID
	}
	p.show(w, r, http.StatusOK, "bulletins", "通报", "bulletins", page)
}

func (p *public) bulletin(w http.ResponseWriter, r *http.Request) {
	b, ok, err := p.press.Bulletin(r.Context(), r.PathValue("id"))
	switch {
	case err != nil:
		p.broken(w, r, err)
	case !ok:
		p.lost(w, r)
	default:
		p.show(w, r, http.StatusOK, "bulletin", b.Title, "bulletins", b)
	}
}

func (p *public) picture(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("picture"))
	if err != nil {
		p.lost(w, r)
		return
	}
	jpeg, ok, err := p.press.Picture(r.Context(), r.PathValue("id"), n)
	switch {
	case err != nil:
		p.broken(w, r, err)
	case !ok:
		p.lost(w, r)
	default:
		h := w.Header()
		h.Set("Content-Type", "image/jpeg")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Cache-Control", "public, max-age=3600")
		_, _ = w.Write(jpeg)
	}
}
