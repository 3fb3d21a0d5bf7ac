package wechat

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	pngfile "image/png"
)

// Screenshot draws what a victim sends: a chat on a phone, as a PNG. Nothing in it can be read.
func Screenshot() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 540, 960))
	fill := func(x, y, w, h int, c color.RGBA) {
		draw.Draw(m, image.Rect(x, y, x+w, y+h), image.NewUniform(c), image.Point{}, draw.Src)
	}
	grey, white, green, ink := color.RGBA{237, 237, 237, 255}, color.RGBA{255, 255, 255, 255}, color.RGBA{149, 236, 105, 255}, color.RGBA{90, 90, 90, 255}
	fill(0, 0, 540, 960, grey)
	fill(0, 0, 540, 80, white)
	fill(200, 32, 140, 16, ink)
	for i, width := range []int{300, 220, 340, 180, 260, 120} {
		x, c := 90, white // theirs
		if i%2 == 1 {
			x, c = 450-width, green
		}
		y := 120 + 130*i
		fill(x, y, width, 90, c)
		fill(x+20, y+22, width-40, 14, ink)
		fill(x+20, y+52, (width-40)*2/3, 14, ink)
	}
	var b bytes.Buffer
	_ = pngfile.Encode(&b, m) // into memory, of a picture that can be encoded
	return b.Bytes()
}
