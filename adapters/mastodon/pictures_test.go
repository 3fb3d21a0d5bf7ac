package mastodon_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
)

func poster(name string, data string) adapters.Picture {
	return adapters.Picture{Name: name, Type: "image/png", Size: len(data), Digest: "d-" + name, Data: []byte(data)}
}

// illustrated is a bulletin with two pictures, the second named first.
func illustrated() adapters.Bulletin {
	return adapters.Bulletin{
		Text:   "通报开头\n\n![转账页面](b.png)\n\n请勿转账。![](a.png) 见 ![别的](c.png)\n核对码 NP-7Q4",
		Extras: adapters.Extras{Pictures: []adapters.Picture{poster("a.png", "AA"), poster("b.png", "BB")}},
	}
}

const bare = "通报开头\n\n请勿转账。见 ![别的](c.png)\n核对码 NP-7Q4"

func plan(t *testing.T, r *rig, b adapters.Bulletin) adapters.Part {
	t.Helper()
	p, err := r.caps.Publish.Plan(b)
	if err != nil || len(p.Parts) != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	return p.Parts[0]
}

func TestPlan_PicturesStandBelowTheText(t *testing.T) {
	r := open(t, newFake(), nil)
	b := illustrated()
	p, err := r.caps.Publish.Plan(b)
	if err != nil {
		t.Fatal(err)
	}
	part := p.Parts[0]
	if part.Shows != bare || part.Text != b.Text || part.Length != adapters.Runes.Count(bare) {
		t.Errorf("%+v", part)
	}
	if want := []string{"the pictures stand below the text", "picture a.png has no description for people who cannot see it"}; !slices.Equal(p.Degraded, want) {
		t.Errorf("%q", p.Degraded)
	}
}

func TestPlan_PicturesNoServerTakes(t *testing.T) {
	r := open(t, newFake(), nil)
	for name, change := range map[string]func(*adapters.Bulletin){
		"too many":   func(b *adapters.Bulletin) { b.Pictures = slices.Repeat(b.Pictures, 3) },
		"too large":  func(b *adapters.Bulletin) { b.Pictures[0].Size = 17 << 20 },
		"no picture": func(b *adapters.Bulletin) { b.Pictures[0].Type = "application/pdf" },
		"a cover":    func(b *adapters.Bulletin) { b.Cover = "a.png" },
		"a description without end": func(b *adapters.Bulletin) {
			b.Text += "![" + strings.Repeat("长", 1501) + "](b.png)"
			b.Text = b.Text[len("通报开头\n\n![转账页面](b.png)"):]
		},
		"nothing but pictures": func(b *adapters.Bulletin) { b.Text = "![](a.png)" },
	} {
		t.Run(name, func(t *testing.T) {
			b := illustrated()
			change(&b)
			if _, err := r.caps.Publish.Plan(b); adapters.ClassOf(err) != adapters.Rejected || err == nil {
				t.Errorf("%v, want class %q", err, adapters.Rejected)
			}
		})
	}
}

func TestPublish_UploadsEachPictureOnceWithItsDescription(t *testing.T) {
	f := newFake()
	f.busy = 3 // Mastodon answers 202 and works on
	r := open(t, f, nil)
	part := plan(t, r, illustrated())
	var tries int
	for err := error(nil); ; {
		tries++
		if _, err = r.caps.Publish.Publish(t.Context(), try, part); err == nil {
			break
		}
		if e := (&adapters.Error{}); !asError(err, &e) || e.Class != adapters.RateLimited || e.Scope != adapters.ScopeItem || time.Until(e.Until) > time.Minute || tries > 4 {
			t.Fatalf("attempt %d: %v", tries, err)
		}
		if n := len(f.Sent()); n > 0 {
			t.Fatalf("%d posts while the server works on the pictures", n)
		}
	}
	type seen struct{ alt, name, mime, data string }
	var got []seen
	for _, u := range f.uploads {
		got = append(got, seen{u.alt, u.name, u.mime, string(u.data)})
	}
	want := []seen{{"转账页面", "picture.png", "image/png", "BB"}, {"", "picture.png", "image/png", "AA"}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(seen{})); d != "" {
		t.Errorf("uploads (-want +got):\n%s", d)
	}
	if p := f.last(); p.text != bare || !slices.Equal(p.media, []string{f.uploads[0].id, f.uploads[1].id}) {
		t.Errorf("posted %q with %v", p.text, p.media)
	}
}

func TestPublish_AnUploadThatFailsSentNothing(t *testing.T) {
	f := newFake()
	r := open(t, f, nil)
	part := plan(t, r, illustrated())
	part.Pictures[1].Data = nil // the first that the text names
	if _, err := r.caps.Publish.Publish(t.Context(), try, part); adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("a picture without bytes: %v", err)
	}
	part.Pictures[1].Data = []byte("BB")
	f.refuseUploads = true
	if _, err := r.caps.Publish.Publish(t.Context(), try, part); adapters.ClassOf(err) != adapters.NotSent {
		t.Errorf("a gateway in front of uploads: %v, want class %q", err, adapters.NotSent)
	}
	if n := len(f.Sent()); n > 0 {
		t.Errorf("%d posts", n)
	}
}
