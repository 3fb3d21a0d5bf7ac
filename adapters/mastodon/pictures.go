package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"netpatrol/adapters"
)

const (
	// maxAlt bounds the description of a picture, in characters. Source: docs.joinmastodon.org/user/posting.
	maxAlt = 1500
	// uploadMemory is for how long an upload is used again by a later attempt of the same post: the
	// server deletes after a day what no post shows.
	uploadMemory = time.Hour
	// workPause is how long a server is given that still works on a picture.
	workPause = 3 * time.Second
)

// pictureLimit is what a post may show, should the server not state it.
func pictureLimit() adapters.PictureLimit {
	return adapters.PictureLimit{
		Count: 4, Bytes: 16 << 20, Types: []string{"image/jpeg", "image/png", "image/gif", "image/webp"},
		Provenance: adapters.Provenance{Source: "docs.joinmastodon.org/user/posting", CheckedOn: checkedOn},
	}
}

// picturePattern is a picture as a bulletin's text shows it.
var picturePattern = regexp.MustCompile(`[ \t]*!\[([^\]\n]*)\]\(([^)\s]+)\)[ \t]*`)

var blankLines = regexp.MustCompile(`\n{3,}`)

// shown is a picture with its description.
type shown struct {
	adapters.Picture
	alt string
}

// apart takes the pictures out of a text: a post shows them below it, in the order in which the
// text names them. What names no picture of the bulletin stays as it is.
func apart(text string, x adapters.Extras) (words string, pictures []shown) {
	if len(x.Pictures) == 0 {
		return text, nil
	}
	seen := map[string]bool{}
	words = picturePattern.ReplaceAllStringFunc(text, func(m string) string {
		parts := picturePattern.FindStringSubmatch(m)
		p, ok := x.Picture(parts[2])
		if !ok {
			return m
		}
		if !seen[p.Name] {
			seen[p.Name] = true
			pictures = append(pictures, shown{p, strings.TrimSpace(parts[1])})
		}
		return ""
	})
	return strings.TrimSpace(blankLines.ReplaceAllString(words, "\n\n")), pictures
}

// unfitPictures says why a post cannot show the pictures of a bulletin.
func (a *account) unfitPictures(x adapters.Extras, pictures []shown) error {
	if err := a.limits.Pictures.Check(x); err != nil {
		return err
	}
	for _, p := range pictures {
		if n := adapters.Runes.Count(p.alt); n > maxAlt {
			return fmt.Errorf("the description of picture %s: %w", p.Name, &adapters.TooLong{Length: n, Max: maxAlt, Unit: adapters.Runes})
		}
	}
	return nil
}

// degraded names what a post cannot keep of a bulletin with pictures.
func degraded(pictures []shown) (out []string) {
	if len(pictures) > 0 {
		out = append(out, "the pictures stand below the text")
	}
	for _, p := range pictures {
		if p.alt == "" {
			out = append(out, "picture "+p.Name+" has no description for people who cannot see it")
		}
	}
	return out
}

// uploaded is what the server says of a file.
type uploaded struct {
	ID text `json:"id"`
}

// upload brings the pictures of a post to the server, and returns their ids once the server is
// done with all of them. An upload reaches nobody. While the server is still at work the error
// asks for another attempt, which finds what this one has uploaded.
func (a *account) upload(ctx context.Context, at adapters.Attempt, pictures []shown) (ids []string, err error) {
	const op = "upload a picture"
	var working *time.Time
	for _, p := range pictures {
		id, date, done, err := a.uploadOne(ctx, op, at, p)
		if err != nil {
			return nil, err
		}
		if !done {
			working = &date
		}
		ids = append(ids, id)
	}
	if working == nil {
		return ids, nil
	}
	e := &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered, Err: errors.New("the server is still working on a picture")}
	if !working.IsZero() {
		e.Class, e.Until = adapters.RateLimited, working.Add(workPause)
	}
	return nil, e
}

// uploadOne uploads a picture, or asks after one that an earlier attempt has uploaded.
func (a *account) uploadOne(ctx context.Context, op string, at adapters.Attempt, p shown) (id string, date time.Time, done bool, err error) {
	key := "upload/" + at.Key + "/" + p.Digest
	if id, ok := a.remembered(ctx, at, key); ok {
		date, done, err = a.finished(ctx, op, id)
		if !isGone(err) {
			return id, date, done, err
		}
	}
	if len(p.Data) == 0 {
		return "", date, false, rejected(op, adapters.ScopeItem, fmt.Errorf("picture %s has no bytes", p.Name))
	}
	var got uploaded
	status, header, err := a.http.answer(ctx, call{op: op, method: http.MethodPost, path: "/api/v2/media", file: &p.Picture, alt: p.alt}, &got)
	if err != nil {
		return "", date, false, err
	}
	if got.ID == "" {
		return "", date, false, &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered, Err: errors.New("the server named no upload")}
	}
	date, _ = http.ParseTime(header.Get("Date")) // zero: unknown
	a.remember(ctx, at, key, string(got.ID), date)
	return string(got.ID), date, status != http.StatusAccepted, nil
}

// finished asks whether the server is done with an upload.
func (a *account) finished(ctx context.Context, op, id string) (date time.Time, done bool, err error) {
	var got uploaded
	status, header, err := a.http.answer(ctx, call{op: op, path: "/api/v1/media/" + url.PathEscape(id)}, &got)
	if err != nil {
		return date, false, err
	}
	date, _ = http.ParseTime(header.Get("Date")) // zero: unknown
	return date, status != http.StatusPartialContent, nil
}

func (a *account) remembered(ctx context.Context, at adapters.Attempt, key string) (string, bool) {
	if a.tokens == nil || at.Key == "" {
		return "", false
	}
	id, ok, err := a.tokens.Token(ctx, key)
	return id.Reveal(), ok && err == nil && id != ""
}

// remember keeps what was uploaded; at worst it is uploaded again.
func (a *account) remember(ctx context.Context, at adapters.Attempt, key, id string, date time.Time) {
	if a.tokens == nil || at.Key == "" || date.IsZero() {
		return
	}
	if err := a.tokens.KeepToken(ctx, key, adapters.Secret(id), date.Add(uploadMemory)); err != nil {
		a.log.Warn("what was uploaded cannot be kept; another attempt uploads it again", "error", err)
	}
}

// fileName is a name as servers like it: they go by the ending.
func fileName(mime string) string {
	_, kind, _ := strings.Cut(mime, "/")
	return "picture." + kind
}
