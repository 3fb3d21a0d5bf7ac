package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	stddraw "image/draw"
	_ "image/gif" // the decoders
	"image/jpeg"
	_ "image/png"
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// maxPixels bounds a picture that is drawn: a small file can claim to be enormous.
const maxPixels = 40_000_000

var (
	// ErrNoPicture: it cannot be drawn: it is no picture, damaged, or has too many pixels.
	ErrNoPicture = errors.New("it cannot be shown as a picture")
	errPixels    = fmt.Errorf("%w: it has more than %d million pixels", ErrNoPicture, maxPixels/1_000_000)
)

// Preview draws a picture anew as a JPEG, its longer side at most side pixels: without
// EXIF, place, comments, or whatever else a file can carry besides its pixels. Of a moving
// picture it draws the first frame. Pictures are drawn one at a time.
func (s *Store) Preview(ctx context.Context, subject, digest string, side int) ([]byte, error) {
	select {
	case s.drawing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.drawing }()
	r, err := s.Open(subject, digest)
	if err != nil {
		return nil, err
	}
	original, err := io.ReadAll(io.LimitReader(r, limit("image/")+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	return redraw(original, side)
}

// redraw decodes, scales, turns and encodes. Decoders are given what strangers sent: should
// one panic, the picture is one that cannot be shown.
func redraw(original []byte, side int) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: the decoder failed", ErrNoPicture)
		}
	}()
	c, format, err := image.DecodeConfig(bytes.NewReader(original))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxPixels/c.Height {
		return nil, errPixels
	}
	img, _, err := image.Decode(bytes.NewReader(original))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	drawn := scaled(img, side)
	if format == "jpeg" {
		drawn = turned(drawn, jpegOrientation(original))
	}
	var b bytes.Buffer
	err = jpeg.Encode(&b, drawn, &jpeg.Options{Quality: 82})
	return b.Bytes(), err
}

// scaled draws on white, no larger than it is.
func scaled(img image.Image, side int) *image.RGBA {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	stddraw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, stddraw.Src)
	draw.BiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Over, nil)
	return out
}

// turned puts a photo upright. The numbers are EXIF's: 5 to 8 also swap the sides.
func turned(in *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return in
	}
	w, h := in.Bounds().Dx(), in.Bounds().Dy()
	ow, oh := w, h
	if orientation >= 5 {
		ow, oh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range h {
		for x := range w {
			nx, ny := upright(orientation, x, y, w, h)
			out.SetRGBA(nx, ny, in.RGBAAt(x, y))
		}
	}
	return out
}

// upright is where the pixel at x, y of a w by h photo belongs.
func upright(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}
