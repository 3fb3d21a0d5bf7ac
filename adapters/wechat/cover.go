package wechat

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"net/http"
)

const coverKey = "cover"

// cover returns the media_id of the picture above every article: the configured one, or a
// plain blue one that is uploaded once and remembered.
func (a *account) cover(ctx context.Context, op string) (string, error) {
	if a.options.cover != "" {
		return a.options.cover, nil
	}
	if err := a.memory.lock(ctx); err != nil {
		return "", a.http.about(call{op: op}, "", err)
	}
	defer a.memory.unlock()
	var mediaID string
	if ok, err := a.memory.load(ctx, coverKey, &mediaID); err == nil && ok && mediaID != "" {
		return mediaID, nil
	}
	mediaID, _, err := a.uploadThumb(ctx, op, plainCover())
	if err != nil {
		return "", err
	}
	if err := a.memory.keep(ctx, coverKey, mediaID, forever()); err != nil {
		a.log.Warn("the cover's media_id cannot be kept; the next article uploads it again", "error", err)
	}
	return mediaID, nil
}

// forgetCover makes the next article upload the cover again.
func (a *account) forgetCover(ctx context.Context) {
	if a.options.cover == "" {
		_ = a.memory.keep(ctx, coverKey, "", forever()) // at worst the next draft fails the same way
	}
}

func (a *account) uploadThumb(ctx context.Context, op string, jpeg []byte) (string, http.Header, error) {
	k := call{op: op, path: "/cgi-bin/material/add_material", prepares: true, query: map[string]string{"type": "thumb"},
		file: &file{field: "media", name: "cover.jpg", content: jpeg}}
	var got struct {
		MediaID string `json:"media_id"`
	}
	header, err := a.http.exchange(ctx, k, &got)
	if err != nil {
		return "", nil, err
	}
	if got.MediaID == "" {
		return "", nil, nothing(k, "the cover's media_id")
	}
	return got.MediaID, header, nil
}

// plainCover is a JPEG of 900 by 383, the ratio covers are shown in, and a few KiB; the
// platform allows 64.
func plainCover() []byte {
	const width, height = 900, 383
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	blue, light := color.RGBA{0x0b, 0x2e, 0x6b, 0xff}, color.RGBA{0xe8, 0xee, 0xf7, 0xff}
	draw.Draw(img, img.Bounds(), image.NewUniform(blue), image.Point{}, draw.Src)
	for _, y := range []int{height - 48, height - 30} {
		draw.Draw(img, image.Rect(48, y, width-48, y+6), image.NewUniform(light), image.Point{}, draw.Src)
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, img, &jpeg.Options{Quality: 85}) // a buffer takes everything
	return out.Bytes()
}
