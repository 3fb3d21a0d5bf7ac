package weibo

import (
	"net/http"
	"time"
)

// file is what a citizen sent. It has one id for its sender and another for its receiver.
type file struct {
	mime string
	data []byte
	gone bool
}

// Send makes a citizen send a picture or a voice in private: kind is image or voice.
func (p *Platform) Send(name, kind, mime string, data []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.citizen(name)
	if err != nil {
		return err
	}
	now, mine, theirs := time.Now(), p.newID(), p.newID()
	p.files[text(theirs)] = &file{mime: mime, data: data}
	notice := "发来了一张图片"
	if kind == "voice" {
		notice = "发来了一段语音"
	}
	c.acted, c.left = now, false
	c.chat = append(c.chat, line{mine: true, text: notice, at: now})
	p.did(Wrote, c, notice, "")
	p.push(c, now, kind, notice, map[string]any{"vfid": mine, "tovfid": theirs})
	return nil
}

// DropFiles deletes what citizens have sent, as the platform does after a while.
func (p *Platform) DropFiles() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.files {
		f.gone = true
	}
}

// fileGet gives a file to its receiver. Which code a file has that is gone is not documented.
func (p *Platform) fileGet(r *http.Request) answer {
	switch f := p.files[r.Form.Get("fid")]; {
	case f == nil:
		return fail(10008)
	case f.gone:
		return fail(20305)
	default:
		return ok(f)
	}
}
