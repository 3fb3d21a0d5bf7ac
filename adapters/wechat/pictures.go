package wechat

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"netpatrol/adapters"
)

const (
	maxInline = 1 << 20  // bytes of a picture in the text
	maxThumb  = 64 << 10 // bytes of a cover
	// pictureMemory is how long the address of an uploaded picture is used again. How long
	// the platform keeps it is not documented.
	pictureMemory = 30 * 24 * time.Hour
)

// pictureLimit is what an article may show. Source: service/api/material/permanent.
func pictureLimit() adapters.PictureLimit {
	return adapters.PictureLimit{
		Count: 20, Bytes: maxInline, Types: []string{"image/jpeg", "image/png"}, Cover: maxThumb, CoverTypes: []string{"image/jpeg"},
		Provenance: adapters.Provenance{Source: docs + "service/api/material/permanent/api_uploadimage", CheckedOn: checkedOn, Confirmed: true},
	}
}

// pictured says what each picture's address will be like, to measure an article before
// anything is uploaded.
func pictured(x adapters.Extras) map[string]string {
	links := map[string]string{}
	for _, p := range x.Pictures {
		links[p.Name] = "http://mmbiz.qpic.cn/mmbiz_jpg/" + strings.Repeat("x", 100) + "/0?wx_fmt=jpeg"
	}
	return links
}

// upload puts the pictures that the text shows where articles may show them from, each
// once, and returns their addresses by name. It reaches nobody.
func (a *account) upload(ctx context.Context, op string, p adapters.Part) (map[string]string, error) {
	links := map[string]string{}
	for _, name := range a.articles.named(p.Text) {
		pic, ok := p.Picture(name)
		if !ok || links[name] != "" {
			continue
		}
		link, err := a.uploadInline(ctx, op, pic)
		if err != nil {
			return nil, err
		}
		links[name] = link
	}
	return links, nil
}

func (a *account) uploadInline(ctx context.Context, op string, pic adapters.Picture) (string, error) {
	var link string
	key := "picture/" + pic.Digest
	if ok, err := a.memory.load(ctx, key, &link); err == nil && ok && link != "" {
		return link, nil
	}
	if len(pic.Data) == 0 {
		return "", rejected(op, adapters.ScopeItem, fmt.Errorf("picture %s has no bytes", pic.Name))
	}
	k := call{op: op, path: "/cgi-bin/media/uploadimg", prepares: true, file: &file{field: "media", name: fileName(pic), content: pic.Data}}
	var got struct {
		URL string `json:"url"`
	}
	header, err := a.http.exchange(ctx, k, &got)
	if err != nil {
		return "", err
	}
	if got.URL == "" {
		return "", nothing(k, "the picture's address")
	}
	a.keepFor(ctx, key, got.URL, dateOf(header))
	return got.URL, nil
}

// keepFor remembers what was uploaded; at worst it is uploaded again.
func (a *account) keepFor(ctx context.Context, key, value string, now time.Time) {
	if now.IsZero() {
		return
	}
	if err := a.memory.keep(ctx, key, value, now.Add(pictureMemory)); err != nil {
		a.log.Warn("what was uploaded cannot be kept; another attempt uploads it again", "error", err)
	}
}

// fileName is a picture's name as the platform likes it: it goes by the ending.
func fileName(pic adapters.Picture) string {
	if pic.Type == "image/png" {
		return "picture.png"
	}
	return "picture.jpg"
}

// coverOf returns the media_id of the picture above this article: its own, or the account's.
func (a *account) coverOf(ctx context.Context, op string, x adapters.Extras) (string, error) {
	if x.Cover == "" {
		return a.cover(ctx, op)
	}
	pic, ok := x.Picture(x.Cover)
	if !ok || len(pic.Data) == 0 {
		return "", rejected(op, adapters.ScopeItem, errors.New("the cover is not among the pictures"))
	}
	var mediaID string
	key := thumbKey(x)
	if ok, err := a.memory.load(ctx, key, &mediaID); err == nil && ok && mediaID != "" {
		return mediaID, nil
	}
	mediaID, header, err := a.uploadThumb(ctx, op, pic.Data)
	if err == nil {
		a.keepFor(ctx, key, mediaID, dateOf(header))
	}
	return mediaID, err
}

func thumbKey(x adapters.Extras) string {
	pic, _ := x.Picture(x.Cover)
	return "thumb/" + pic.Digest
}

// forgetCoverOf makes the next attempt upload a cover again that the library no longer has.
func (a *account) forgetCoverOf(ctx context.Context, x adapters.Extras) (configured bool) {
	if x.Cover == "" {
		a.forgetCover(ctx)
		return a.options.cover != ""
	}
	_ = a.memory.keep(ctx, thumbKey(x), "", forever()) // at worst the next draft fails the same way
	return false
}
