package blob

import (
	"bytes"
	"slices"
	"strings"
)

// sniffed is how many bytes tell what a file is.
const sniffed = 32

// sniff tells the kinds of files we keep by their first bytes; "" is none of them. What a
// browser could run or interpret (HTML, SVG, PDF, archives) is not among them.
func sniff(b []byte) string {
	for _, k := range kinds() {
		if len(b) >= k.at+len(k.lead) && string(b[k.at:k.at+len(k.lead)]) == k.lead && (k.and == "" || len(b) >= 12 && string(b[8:12]) == k.and) {
			return k.mime
		}
	}
	switch {
	case len(b) >= 12 && string(b[4:8]) == "ftyp":
		return boxed(string(b[8:12]))
	case len(b) >= 4 && b[0] == 0xff && b[1]&0xe6 == 0xe2: // an MPEG frame of layer III
		return "audio/mpeg"
	}
	return ""
}

// kind is a file type known by what stands at a place in it.
type kind struct {
	mime string
	at   int
	lead string
	and  string // what stands at 8
}

func kinds() []kind {
	return []kind{
		{mime: "image/jpeg", lead: "\xff\xd8\xff"}, {mime: "image/png", lead: "\x89PNG\r\n\x1a\n"},
		{mime: "image/gif", lead: "GIF87a"}, {mime: "image/gif", lead: "GIF89a"}, {mime: "image/webp", lead: "RIFF", and: "WEBP"},
		{mime: "audio/amr", lead: "#!AMR\n"}, {mime: "audio/amr-wb", lead: "#!AMR-WB\n"}, {mime: "audio/mpeg", lead: "ID3"},
		{mime: "audio/ogg", lead: "OggS"}, {mime: "audio/wav", lead: "RIFF", and: "WAVE"},
	}
}

// boxed tells an ISO container by its major brand.
func boxed(brand string) string {
	switch {
	case brand == "M4A " || brand == "M4B ":
		return "audio/mp4"
	case brand == "qt  ":
		return "video/quicktime"
	case strings.HasPrefix(brand, "3g"):
		return "video/3gpp"
	case slices.Contains([]string{"isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "dash", "MSNV"}, brand):
		return "video/mp4"
	}
	return "" // among them HEIC and AVIF pictures, which nothing here can draw anew
}

// limit is how many bytes a file of a type may have.
func limit(mime string) int64 {
	if strings.HasPrefix(mime, "video/") {
		return 64 << 20
	}
	return 16 << 20
}

// jpegOrientation reads how a photo must be turned, 1 to 8, from its EXIF; 1 when it does
// not say. The drawn picture has no EXIF, so the turning must be done.
func jpegOrientation(b []byte) int {
	for b = b[min(2, len(b)):]; len(b) >= 4 && b[0] == 0xff && b[1] != 0xda; {
		size := int(b[2])<<8 | int(b[3])
		if size < 2 || len(b) < 2+size {
			return 1
		}
		if body := b[4 : 2+size]; b[1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		b = b[2+size:]
	}
	return 1
}

func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	big := b[0] == 'M'
	word := func(at int) int {
		if at < 0 || at+2 > len(b) {
			return 0
		}
		if big {
			return int(b[at])<<8 | int(b[at+1])
		}
		return int(b[at+1])<<8 | int(b[at])
	}
	at := word(6) // the offset's half that counts: an EXIF block has at most 64 KiB
	if !big {
		at = word(4)
	}
	for i := range word(at) {
		if entry := at + 2 + 12*i; word(entry) == 0x0112 {
			if o := word(entry + 8); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
	}
	return 1
}
