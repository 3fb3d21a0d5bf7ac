package mastodon_test

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"netpatrol/adapters"
)

func asError(err error, e **adapters.Error) bool { return errors.As(err, e) }

// upload is one file brought to the pretend server. It is worked on for as many looks as busy says.
type upload struct {
	id, alt, name, mime string
	data                []byte
	busy                int
}

func (f *fake) media(w http.ResponseWriter, r *http.Request) {
	if id, ok := strings.CutPrefix(r.URL.Path, "/api/v1/media/"); ok {
		f.workOn(w, id)
		return
	}
	if f.refuseUploads {
		say(w, http.StatusBadGateway, nil)
		return
	}
	file, head, err := r.FormFile("file")
	if err != nil {
		say(w, 422, map[string]any{"error": "Validation failed: File can't be blank"})
		return
	}
	data, _ := io.ReadAll(file)
	u := &upload{id: "88" + head.Filename[:1] + string(rune('0'+len(f.uploads))), alt: r.FormValue("description"), name: head.Filename, mime: head.Header.Get("Content-Type"), data: data, busy: f.busy}
	f.uploads = append(f.uploads, u)
	status := http.StatusOK
	if u.busy > 0 {
		status = http.StatusAccepted
	}
	say(w, status, map[string]any{"id": u.id, "type": "image", "url": nil})
}

func (f *fake) workOn(w http.ResponseWriter, id string) {
	for _, u := range f.uploads {
		if u.id != id {
			continue
		}
		u.busy--
		status := http.StatusOK
		if u.busy > 0 {
			status = http.StatusPartialContent
		}
		say(w, status, map[string]any{"id": u.id})
		return
	}
	say(w, 404, map[string]any{"error": "Record not found"})
}
