package mastodon

import (
	"path"
	"strconv"
	"strings"

	"netpatrol/adapters"
)

// inbound translates a status. It is the same however the status was learnt of,
// so that every path gives the same Key.
func (a *account) inbound(s status) adapters.Inbound {
	return adapters.Inbound{
		Key: key(s), Kind: a.kind(s),
		Ref: adapters.Ref(s.ID), Parent: adapters.Ref(s.Parent),
		From: s.Account.person(), Text: s.words(), Language: s.Language, URL: s.link(),
		At: s.Created.Time, Edited: s.Edited.Time, Media: s.media(),
	}
}

// key is the status id and, once edited, the second of the edit.
func key(s status) string {
	if s.Edited.IsZero() {
		return string(s.ID)
	}
	return string(s.ID) + "@" + strconv.FormatInt(s.Edited.Unix(), 10)
}

// kind: whatever is not open to everybody and names us is a private message,
// also a followers-only post, because an open answer would give it away.
func (a *account) kind(s status) adapters.Kind {
	private := s.Visibility == "direct" || s.Visibility == "private"
	names := s.mentions(string(a.self.ID))
	switch {
	case s.Visibility == "direct", private && names:
		return adapters.KindMessage
	case names:
		return adapters.KindMention
	case s.Parent != "" && s.ParentOwner == a.self.ID:
		return adapters.KindComment
	}
	return adapters.KindPost
}

// words is all a reader sees: the warning line, the text and a poll's options.
func (s status) words() string {
	parts := []string{s.Spoiler, plainText(s.Content)}
	if s.Poll != nil {
		for _, o := range s.Poll.Options {
			parts = append(parts, o.Title)
		}
	}
	out := ""
	for i, p := range parts {
		switch {
		case strings.TrimSpace(p) == "":
		case out == "":
			out = p
		case i < 2:
			out += "\n\n" + p
		default:
			out += "\n" + p
		}
	}
	return out
}

func (s status) media() []adapters.Media {
	var out []adapters.Media
	for _, m := range s.Media {
		link := or(m.URL, m.RemoteURL)
		out = append(out, adapters.Media{Ref: adapters.Ref(m.ID), Type: mimeType(link), URL: link})
	}
	return out
}

// mimeTypes are those Mastodon serves; a table of our own, because the system's differs.
var mimeTypes = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif",
	".mp4": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".m4a": "audio/mp4", ".wav": "audio/wav",
}

func mimeType(link string) string {
	link, _, _ = strings.Cut(link, "?")
	return mimeTypes[strings.ToLower(path.Ext(link))]
}
