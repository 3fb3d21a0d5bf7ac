package blob_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"netpatrol/internal/blob"
)

// halves is a picture whose left half is red and right half blue.
func halves(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 255, A: 255}
			if x >= w/2 {
				c = color.RGBA{B: 255, A: 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func encoded(t *testing.T, format string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	err := map[string]func() error{
		"jpeg": func() error { return jpeg.Encode(&b, m, nil) },
		"png":  func() error { return png.Encode(&b, m) },
		"gif":  func() error { return gif.Encode(&b, m, nil) },
	}[format]()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF puts a block with a place and an orientation into a JPEG.
func withEXIF(b []byte, orientation uint16) []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = append(binary.BigEndian.AppendUint16(tiff, orientation), "\x00\x00\x00\x00\x00\x00GPS 20.04N 110.20E"...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(body)+2))
	return append(append(head, body...), b[2:]...)
}

func (s *station) preview(t *testing.T, b []byte, side int) (image.Image, []byte) {
	t.Helper()
	k := s.put(t, "conv/a", b)
	drawn, err := s.Preview(t.Context(), "conv/a", k.SHA256, side)
	if err != nil {
		t.Fatalf("preview of a %s: %v", k.Type, err)
	}
	m, err := jpeg.Decode(bytes.NewReader(drawn))
	if err != nil {
		t.Fatalf("the preview is no JPEG: %v", err)
	}
	return m, drawn
}

func TestAPreviewIsDrawnAnew(t *testing.T) {
	s := newStation(t)
	for _, format := range []string{"jpeg", "png", "gif"} {
		b := append(encoded(t, format, halves(400, 200)), "<script>alert(1)</script>"...)
		m, drawn := s.preview(t, b, 100)
		if m.Bounds().Dx() != 100 || m.Bounds().Dy() != 50 {
			t.Errorf("%s: %v, want 100 x 50", format, m.Bounds())
		}
		if r, _, blue, _ := m.At(10, 25).RGBA(); r < 0xc000 || blue > 0x4000 {
			t.Errorf("%s: the left half is %v", format, m.At(10, 25))
		}
		if bytes.Contains(drawn, []byte("script")) {
			t.Errorf("%s: what hung behind the picture is in the preview", format)
		}
	}
	if m, _ := s.preview(t, encoded(t, "png", halves(40, 20)), 100); m.Bounds().Dx() != 40 {
		t.Errorf("a small picture was blown up to %v", m.Bounds())
	}
}

func TestAPreviewTellsNoPlaceAndStandsUpright(t *testing.T) {
	s := newStation(t)
	plain := encoded(t, "jpeg", halves(80, 40))
	// where red must be found after turning, by orientation
	for orientation, red := range map[uint16]image.Point{1: {10, 20}, 2: {70, 20}, 3: {70, 20}, 4: {10, 20}, 5: {20, 10}, 6: {20, 10}, 7: {20, 70}, 8: {20, 70}} {
		m, drawn := s.preview(t, withEXIF(plain, orientation), 200)
		if bytes.Contains(drawn, []byte("GPS")) || bytes.Contains(drawn, []byte("Exif")) {
			t.Errorf("orientation %d: the preview tells where it was taken", orientation)
		}
		if upright := orientation >= 5; upright != (m.Bounds().Dy() > m.Bounds().Dx()) {
			t.Errorf("orientation %d: %v", orientation, m.Bounds())
		}
		if r, _, b, _ := m.At(red.X, red.Y).RGBA(); r < 0xc000 || b > 0x4000 {
			t.Errorf("orientation %d: %v is %v, want red", orientation, red, m.At(red.X, red.Y))
		}
	}
}

// claims is a PNG of a few bytes that says it is enormous.
func claims(t *testing.T, w, h uint32) []byte {
	t.Helper()
	b := encoded(t, "png", halves(2, 2))
	binary.BigEndian.PutUint32(b[16:], w)
	binary.BigEndian.PutUint32(b[20:], h)
	sum := crc32.ChecksumIEEE(b[12:29])
	binary.BigEndian.PutUint32(b[29:], sum)
	return b
}

func TestWhatCannotBeShown(t *testing.T) {
	s := newStation(t)
	for name, b := range map[string][]byte{
		"a voice": recording(500), "damaged": encoded(t, "jpeg", halves(80, 40))[:100], "enormous": claims(t, 100_000, 100_000), "long": claims(t, 2_000_000_000, 1),
	} {
		k := s.put(t, "conv/a", b)
		if _, err := s.Preview(t.Context(), "conv/a", k.SHA256, 100); !errors.Is(err, blob.ErrNoPicture) {
			t.Errorf("%s: %v, want ErrNoPicture", name, err)
		}
	}
	if _, err := s.Preview(t.Context(), "conv/a", "0000", 100); !errors.Is(err, blob.ErrGone) {
		t.Errorf("nothing there: %v", err)
	}
}

func TestKindsOfFiles(t *testing.T) {
	s := newStation(t)
	pad := string(make([]byte, 64))
	for lead, want := range map[string]string{
		"\xff\xd8\xff\xe0" + pad: "image/jpeg", "\x89PNG\r\n\x1a\n" + pad: "image/png", "GIF89a" + pad: "image/gif", "RIFF\x00\x00\x00\x00WEBPVP8 " + pad: "image/webp",
		"#!AMR\n\x3c" + pad: "audio/amr", "#!AMR-WB\n" + pad: "audio/amr-wb", "ID3\x04" + pad: "audio/mpeg", "\xff\xfb\x90" + pad: "audio/mpeg", "\xff\xf3\x40" + pad: "audio/mpeg",
		"OggS" + pad: "audio/ogg", "RIFF\x00\x00\x00\x00WAVEfmt " + pad: "audio/wav", "\x00\x00\x00\x18ftypM4A " + pad: "audio/mp4",
		"\x00\x00\x00\x18ftypmp42" + pad: "video/mp4", "\x00\x00\x00\x18ftypisom" + pad: "video/mp4", "\x00\x00\x00\x18ftyp3gp4" + pad: "video/3gpp", "\x00\x00\x00\x18ftypqt  " + pad: "video/quicktime",
		"\x00\x00\x00\x18ftypheic" + pad: "", "%PDF-1.7" + pad: "", "PK\x03\x04" + pad: "", "\xff\xd8": "", "RIFF": "", "\x7fELF" + pad: "", "\xff\xff" + pad: "",
	} {
		k, err := s.Put(t.Context(), "conv/a", bytes.NewReader([]byte(lead)))
		if k.Type != want || (want == "") != errors.Is(err, blob.ErrType) {
			t.Errorf("%q is %q, %v; want %q", lead[:min(len(lead), 16)], k.Type, err, want)
		}
	}
}

func FuzzPreview(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00*\x00\x00\x00\x08"))
	f.Add([]byte("GIF89a\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := newStation(t)
		k, err := s.Put(t.Context(), "s", bytes.NewReader(b))
		if err != nil {
			return
		}
		if _, err := s.Preview(t.Context(), "s", k.SHA256, 50); err != nil && !errors.Is(err, blob.ErrNoPicture) {
			t.Errorf("%v", err)
		}
	})
}
