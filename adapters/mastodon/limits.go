package mastodon

import (
	"context"
	"net/http"
	"time"

	"netpatrol/adapters"
)

// server is what the server says of itself.
type server struct {
	MaxCharacters int
	PerURL        int
	Pictures      int // in one post
	PictureBytes  int
	CheckedOn     string // ISO date by the server's clock; "": nothing was read
	// Mastodon is api_versions.mastodon: 0 on other software and before 4.3.
	Mastodon int
	Requests bool // keeps a list of strangers whose notifications it filtered
}

type instance struct {
	Configuration struct {
		Statuses struct {
			MaxCharacters int `json:"max_characters"`
			PerURL        int `json:"characters_reserved_per_url"`
			Pictures      int `json:"max_media_attachments"`
		} `json:"statuses"`
		Media struct {
			PictureBytes int `json:"image_size_limit"`
		} `json:"media_attachments"`
	} `json:"configuration"`
	MaxTootChars int            `json:"max_toot_chars"` // Pleroma family, version 1 only
	APIVersions  map[string]any `json:"api_versions"`
}

// readServer asks version 2 of the instance document, then version 1. A server
// that has neither keeps the manifest's limits.
func (a *account) readServer(ctx context.Context) (server, error) {
	var in instance
	header, err := a.http.exchange(ctx, call{op: "read limits", path: "/api/v2/instance"}, &in)
	if answeredNo(err) {
		header, err = a.http.exchange(ctx, call{op: "read limits", path: "/api/v1/instance"}, &in)
	}
	if answeredNo(err) {
		a.log.Warn("the server does not state its limits, using the documented ones", "error", err)
		return server{}, nil
	}
	if err != nil {
		return server{}, err
	}
	return in.server(header), nil
}

const readFromServer = "read from the server"

func answeredNo(err error) bool {
	return isGone(err) || adapters.ClassOf(err) == adapters.Rejected
}

// maxVersion bounds the API version that is believed: a number beyond it has no meaning.
const maxVersion = 1 << 20

func (in instance) server(h http.Header) server {
	s := server{MaxCharacters: in.Configuration.Statuses.MaxCharacters, PerURL: in.Configuration.Statuses.PerURL}
	s.Pictures, s.PictureBytes = in.Configuration.Statuses.Pictures, in.Configuration.Media.PictureBytes
	if s.MaxCharacters <= 0 {
		s.MaxCharacters = in.MaxTootChars
	}
	if v, ok := in.APIVersions["mastodon"].(float64); ok && v > 0 && v < maxVersion {
		s.Mastodon = int(v)
	}
	if t, err := http.ParseTime(h.Get("Date")); err == nil && s.MaxCharacters > 0 {
		s.CheckedOn = t.UTC().Format(time.DateOnly)
	}
	return s
}

// limitsOf replaces the manifest's limits by what the server said.
func limitsOf(s server) adapters.Limits {
	l := limits()
	p := &l.Pictures
	if s.Pictures > 0 {
		p.Count, p.Source, p.Confirmed = s.Pictures, readFromServer, true
	}
	if s.PictureBytes > 0 {
		p.Bytes = s.PictureBytes
	}
	if s.MaxCharacters <= 0 {
		return l
	}
	for i := range l.Text {
		t := &l.Text[i]
		if t.Channel == adapters.Moderators {
			continue // no post
		}
		t.Max = s.MaxCharacters
		if s.PerURL > 0 {
			t.PerURL = s.PerURL
		}
		t.Source, t.Confirmed = readFromServer, true
		t.CheckedOn = or(s.CheckedOn, t.CheckedOn)
	}
	return l
}
