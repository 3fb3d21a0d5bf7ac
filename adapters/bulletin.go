package adapters

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Extras is what a bulletin carries beside its title and text.
type Extras struct {
	Pictures []Picture `json:"pictures,omitempty"`
	// Cover names the picture that stands above an article; "": the account's usual one.
	Cover string `json:"cover,omitempty"`
	// Quiet publishes without notifying followers, where the platform knows the difference.
	Quiet bool `json:"quiet,omitempty"`
	// Source is a draft that people made in the platform's own console. It is sent as it is, and
	// only while its Hash is the one given here; see [Drafter].
	Source     Ref    `json:"source,omitempty"`
	SourceHash string `json:"sourceHash,omitempty"`
}

// Picture is one file of a bulletin. The text shows it as ![description](name).
type Picture struct {
	Name   string `json:"name"` // "poster.jpg", unique in its bulletin
	Type   string `json:"type"` // MIME type, found out from the bytes
	Size   int    `json:"size"` // bytes
	Digest string `json:"digest"`
	Data   []byte `json:"-"` // present only on the way to the platform
}

// Picture returns the picture of that name.
func (x Extras) Picture(name string) (Picture, bool) {
	i := slices.IndexFunc(x.Pictures, func(p Picture) bool { return p.Name == name })
	if i < 0 {
		return Picture{}, false
	}
	return x.Pictures[i], true
}

// PictureLimit bounds the pictures of a bulletin. The zero value: the platform takes none.
type PictureLimit struct {
	Count int      // in one bulletin, cover and all
	Bytes int      // of one picture in the text
	Types []string // MIME types in the text
	// Cover bounds the picture above an article, in bytes; 0: there is none. CoverTypes are its MIME types.
	Cover      int
	CoverTypes []string
	Provenance
}

// Check says what is wrong with a bulletin's pictures for this platform.
func (l PictureLimit) Check(x Extras) error {
	if len(x.Pictures) > l.Count {
		return fmt.Errorf("%d pictures are attached, the platform takes %d", len(x.Pictures), l.Count)
	}
	for _, p := range x.Pictures {
		most, types := l.Bytes, l.Types
		if p.Name == x.Cover {
			most, types = l.Cover, l.CoverTypes
		}
		switch {
		case most == 0:
			return fmt.Errorf("picture %s: the platform shows no cover", p.Name)
		case p.Size > most:
			return fmt.Errorf("picture %s has %d bytes, the platform takes %d", p.Name, p.Size, most)
		case !slices.Contains(types, p.Type):
			return fmt.Errorf("picture %s is %s, the platform takes %s", p.Name, p.Type, strings.Join(types, ", "))
		}
	}
	return nil
}

// Shown is what readers see of a bulletin that is out, without markup.
type Shown struct {
	Title string `json:"title,omitempty"`
	Text  string `json:"text"`
}

// Previewer shows a bulletin to one person before anybody else sees it.
type Previewer interface {
	// Preview sends part to one person with at most one mutating request. It publishes
	// nothing and spends nothing of a publishing quota.
	Preview(ctx context.Context, at Attempt, to Person, p Part) (Receipt, error)
}

// Drafter lists bulletins that people drafted in the platform's own console.
type Drafter interface {
	// Drafts reads the draft box, newest first, at most 200 drafts. Those that netpatrol filed are left out.
	Drafts(ctx context.Context) ([]Prepared, error)
}

// Prepared is a draft made in a platform's console.
type Prepared struct {
	Ref   Ref    `json:"ref"`
	Title string `json:"title"`
	Text  string `json:"text"` // of all its articles, without markup
	Hash  string `json:"hash"` // of everything that is sent with it, markup and pictures included
}
