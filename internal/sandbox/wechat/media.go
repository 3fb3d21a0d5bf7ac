package wechat

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"
)

// mediaLife is how long temporary media last.
const mediaLife = 3 * 24 * time.Hour

// Sizes the platform takes, in bytes.
const (
	maxInline = 1 << 20 // uploadimg
	maxThumb  = 64 << 10
	maxVoice  = 2 << 20
	maxImage  = 10 << 20
	maxVideo  = 10 << 20
)

// Library caps: images and news, and everything else.
const (
	capImages = 100_000
	capOthers = 1000
)

// medium is something uploaded.
type medium struct {
	id, kind   string
	mime, name string
	title      string // of a video
	url        string
	data       []byte
	made       time.Time
	expires    time.Time // zero: permanent
}

// upload keeps bytes as temporary or permanent media.
func (p *Platform) upload(kind, mimeType, name string, data []byte, temporary bool) *medium {
	if data == nil {
		data = sampleBytes(kind)
	}
	m := &medium{id: p.next(64, "media"), kind: kind, mime: mimeType, name: name, data: data, made: p.opts.Now()}
	m.url = "http://mmbiz.qpic.cn/mmbiz_jpg/" + m.id + "/0"
	if temporary {
		m.expires = m.made.Add(mediaLife)
	}
	p.media[m.id] = m
	return m
}

// sampleBytes is a file for people who send "a picture" in a script.
func sampleBytes(kind string) []byte {
	switch kind {
	case "image", "thumb":
		return onePixel()
	case "voice":
		return []byte("#!AMR\n\x3c\x00")
	}
	return []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")
}

// onePixel is a PNG of one grey pixel.
func onePixel() []byte {
	return []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\nIDATx\x9cc\xa8\x07\x00\x00\x81\x00\x80\xa2K\xc5\xc1\x00\x00\x00\x00IEND\xaeB`\x82")
}

// live returns media that exist and have not expired; nil for others.
func (p *Platform) live(id string) *medium {
	m := p.media[id]
	if m == nil || !m.expires.IsZero() && !p.opts.Now().Before(m.expires) {
		return nil
	}
	return m
}

// form is a parsed multipart upload.
type form struct {
	name, mime  string
	data        []byte
	description string
}

func (c *call) form() (form, error) {
	var out form
	_, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return out, refuse(41005, "media data missing")
	}
	r := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := r.NextPart()
		if err != nil {
			break
		}
		data, err := io.ReadAll(part)
		if err != nil {
			break
		}
		switch part.FormName() {
		case "media":
			out.name, out.data, out.mime = part.FileName(), data, http.DetectContentType(data)
		case "description":
			out.description = string(data)
		}
	}
	if len(out.data) == 0 {
		return out, refuse(41005, "media data missing")
	}
	return out, nil
}

// uploadInline is POST /cgi-bin/media/uploadimg: pictures for article bodies.
func uploadInline(c *call) (any, error) {
	f, err := c.form()
	if err != nil {
		return nil, err
	}
	switch {
	case f.mime != "image/jpeg" && f.mime != "image/png":
		return nil, refuse(40005, "invalid file type")
	case len(f.data) > maxInline:
		return nil, refuse(40009, "invalid image size")
	}
	m := c.p.upload("inline", f.mime, f.name, f.data, false)
	return object{"errcode": 0, "errmsg": "ok", "url": m.url}, nil
}

// check holds a file to what its type may be.
func (f form) check(kind string) error {
	lower := strings.ToLower(f.name)
	image := strings.HasPrefix(f.mime, "image/")
	switch kind {
	case "image":
		if !image {
			return refuse(40005, "invalid file type")
		}
		return within(len(f.data), maxImage, 40009, "invalid image size")
	case "thumb":
		if f.mime != "image/jpeg" {
			return refuse(40005, "invalid file type")
		}
		return within(len(f.data), maxThumb, 40012, "invalid thumb size")
	case "voice":
		if !slices.ContainsFunc([]string{".mp3", ".wma", ".wav", ".amr"}, func(x string) bool { return strings.HasSuffix(lower, x) }) {
			return refuse(40005, "invalid file type")
		}
		return within(len(f.data), maxVoice, 40010, "invalid voice size")
	case "video":
		if !strings.HasSuffix(lower, ".mp4") {
			return refuse(40005, "invalid file type")
		}
		return within(len(f.data), maxVideo, 40011, "invalid video size")
	}
	return refuse(40004, "invalid media type")
}

func within(n, limit, code int, text string) error {
	if n > limit {
		return refuse(code, text)
	}
	return nil
}

// mediaUpload is POST /cgi-bin/media/upload: kept for three days.
func mediaUpload(c *call) (any, error) {
	kind := c.query.Get("type")
	f, err := c.form()
	if err != nil {
		return nil, err
	}
	if err := f.check(kind); err != nil {
		return nil, err
	}
	m := c.p.upload(kind, f.mime, f.name, f.data, true)
	return object{"type": kind, "media_id": m.id, "created_at": m.made.Unix()}, nil
}

// mediaGet is GET /cgi-bin/media/get: temporary media, those of followers among them.
func mediaGet(c *call) (any, error) {
	m := c.p.live(c.query.Get("media_id"))
	switch {
	case m == nil || m.expires.IsZero():
		return nil, refuse(40007, "invalid media_id")
	case m.kind == "video":
		return object{"video_url": "http://" + c.r.Host + "/phone/media/" + m.id}, nil
	}
	return file{m.name, m.mime, m.data}, nil
}

// addMaterial is POST /cgi-bin/material/add_material: permanent.
func addMaterial(c *call) (any, error) {
	kind := c.query.Get("type")
	f, err := c.form()
	if err != nil {
		return nil, err
	}
	if err := f.check(kind); err != nil {
		return nil, err
	}
	if n := c.p.library(kind); kind == "image" && n >= capImages || kind != "image" && n >= capOthers {
		return nil, refuse(45032, "library is full")
	}
	var about struct{ Title string }
	if kind == "video" && json.Unmarshal([]byte(f.description), &about) != nil {
		return nil, refuse(41008, "missing description")
	}
	m := c.p.upload(kind, f.mime, f.name, f.data, false)
	m.title = about.Title
	c.p.materials = append(c.p.materials, m)
	out := object{"media_id": m.id}
	if kind == "image" || kind == "thumb" {
		out["url"] = m.url
	}
	return out, nil
}

func (p *Platform) library(kind string) (n int) {
	for _, m := range p.materials {
		n += count(m.kind == kind)
	}
	return n
}

// material returns permanent media; nil when there are none of that id.
func (p *Platform) material(id string) *medium {
	i := slices.IndexFunc(p.materials, func(m *medium) bool { return m.id == id })
	if i < 0 {
		return nil
	}
	return p.materials[i]
}

func getMaterial(c *call) (any, error) {
	var in mediaRef
	if err := c.read(&in); err != nil {
		return nil, err
	}
	m := c.p.material(in.MediaID)
	switch {
	case m == nil:
		return nil, refuse(40007, "invalid media_id")
	case m.kind == "video":
		return object{"title": m.title, "description": "", "down_url": "http://" + c.r.Host + "/phone/media/" + m.id}, nil
	}
	return file{m.name, m.mime, m.data}, nil
}

func deleteMaterial(c *call) (any, error) {
	var in mediaRef
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if c.p.material(in.MediaID) == nil {
		return nil, refuse(40007, "invalid media_id")
	}
	delete(c.p.media, in.MediaID)
	c.p.materials = slices.DeleteFunc(c.p.materials, func(m *medium) bool { return m.id == in.MediaID })
	return ok(), nil
}

func countMaterial(c *call) (any, error) {
	return object{
		"voice_count": c.p.library("voice"), "video_count": c.p.library("video"),
		"image_count": c.p.library("image") + c.p.library("thumb"), "news_count": 0,
	}, nil
}

// batch is where a list begins and how much of it is wanted.
type batch struct {
	Type      string `json:"type"`
	Offset    int    `json:"offset"`
	Count     int    `json:"count"`
	NoContent flag   `json:"no_content"`
}

const maxBatch = 20

func (c *call) batch() (batch, error) {
	var in batch
	if err := c.read(&in); err != nil {
		return in, err
	}
	if in.Offset < 0 || in.Count < 1 || in.Count > maxBatch {
		return in, refuse(40097, "invalid args")
	}
	return in, nil
}

// slice cuts a page out of a list.
func slice[T any](list []T, b batch) []T {
	from := min(b.Offset, len(list))
	return list[from:min(from+b.Count, len(list))]
}

func batchMaterial(c *call) (any, error) {
	b, err := c.batch()
	if err != nil {
		return nil, err
	}
	var all []*medium
	for _, m := range slices.Backward(c.p.materials) {
		if m.kind == b.Type {
			all = append(all, m)
		}
	}
	items := []object{}
	for _, m := range slice(all, b) {
		items = append(items, object{"media_id": m.id, "name": m.name, "update_time": m.made.Unix(), "url": m.url})
	}
	return object{"total_count": len(all), "item_count": len(items), "item": items}, nil
}
