package mastodon_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/mastodon"
)

// attach makes a citizen attach a picture to a message.
func attach(to adaptertest.Fake, _ string, data []byte) adapters.Media {
	f := to.(*fake)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files = map[string][]byte{"/media/1.jpg": data}
	return adapters.Media{Ref: "1", Type: "image/jpeg", URL: f.base + "/media/1.jpg"}
}

func detach(from adaptertest.Fake, _ adapters.Media) {
	f := from.(*fake)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files = nil
}

// attachment serves files to anybody, as servers do, and takes a token for a mistake.
func (f *fake) attachment(w http.ResponseWriter, r *http.Request) {
	data, ok := f.files[r.URL.Path]
	switch {
	case r.Header.Get("Authorization") != "":
		w.WriteHeader(http.StatusBadRequest)
	case r.URL.Path == "/media/moved.jpg":
		http.Redirect(w, r, "/media/1.jpg", http.StatusFound)
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	default:
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(data)
	}
}

func TestFetchMedia_OnlyFromTheServerItself(t *testing.T) {
	f := newFake()
	srv := httptest.NewServer(f)
	defer srv.Close()
	a, err := mastodon.Open(t.Context(), adapters.Config{ID: "station", BaseURL: srv.URL, Secrets: map[string]adapters.Secret{"token": token}}, adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	attach(f, "", []byte("picture"))
	c, err := a.Caps().Media.FetchMedia(t.Context(), adapters.Media{URL: srv.URL + "/media/moved.jpg"})
	if err != nil {
		t.Fatalf("moved on the server: %v", err)
	}
	if b, err := io.ReadAll(c.Body); err != nil || string(b) != "picture" {
		t.Errorf("%q, %v", b, err)
	}
	_ = c.Body.Close()
	host := strings.TrimPrefix(srv.URL, "http://")
	for _, link := range []string{"", "/media/1.jpg", "https://" + host + "/media/1.jpg", "http://127.0.0.1:1/x.jpg", "http://169.254.169.254/x.jpg", "http://a@" + host + "/media/1.jpg", "file:///etc/passwd", "://"} {
		if _, err := a.Caps().Media.FetchMedia(t.Context(), adapters.Media{URL: link}); adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("%q: %v, want class %q", link, err, adapters.Rejected)
		}
	}
}
