package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const keyLife = time.Hour // of an Idempotency-Key

// createStatus makes a status. On Mastodon a known Idempotency-Key answers with the
// status it made; the key is kept only once something was made.
func createStatus(c *call) (any, error) {
	key := c.r.Header.Get("Idempotency-Key")
	if k, known := c.viewer.keys[key]; known && c.now.Before(k.until) && c.m.opts.Flavour == Mastodon {
		return c.repeat(k, key)
	}
	p, err := c.post()
	if err != nil {
		return nil, err
	}
	s := c.m.publish(c.viewer, p)
	c.m.receive(s, key, c.now)
	if key != "" {
		c.viewer.keys[key] = keyed{s.id, c.now.Add(keyLife)}
	}
	return c.viewStatus(s), nil
}

func (c *call) repeat(k keyed, key string) (any, error) {
	c.m.receivedAgain(k.status)
	s := c.m.byID[k.status]
	if !s.deleted.IsZero() {
		return nil, c.notFound()
	}
	return c.viewStatus(s), nil
}

// post reads and validates what is to be posted.
func (c *call) post() (post, error) {
	p := post{
		text: c.param("status"), spoiler: c.param("spoiler_text"), language: c.param("language"),
		sensitive: c.flag("sensitive"), visibility: Visibility(c.param("visibility")),
	}
	if c.param("scheduled_at") != "" {
		return p, c.invalid("Scheduled statuses are not offered by this server", "scheduled_at is not offered by this server")
	}
	if p.visibility == "" {
		p.visibility = [...]Visibility{Public, Unlisted}[c.m.opts.Flavour]
	}
	if !slices.Contains([]Visibility{Public, Unlisted, Private, Direct}, p.visibility) {
		return p, c.invalid("Visibility is not included in the list", fmt.Sprintf("visibility %s was not recognized", p.visibility))
	}
	var err error
	if p.media, err = c.attached(); err != nil {
		return p, err
	}
	if err = c.measure(p.text, p.spoiler, len(p.media)); err != nil {
		return p, err
	}
	if id := c.param("in_reply_to_id"); id != "" {
		if p.parent = c.m.byID[id]; p.parent == nil || !p.parent.visibleTo(c.viewer) {
			return p, c.fail(http.StatusNotFound, "The post you are trying to reply to does not appear to exist.", "Not Found: status "+id+" not found")
		}
	}
	return p, nil
}

// measure refuses an empty or too long text.
func (c *call) measure(text, spoiler string, media int) error {
	if strings.TrimSpace(text) == "" && media == 0 {
		return c.invalid("Text can't be blank", "no text content, media or poll provided")
	}
	r := c.m.reader(false)
	length := weight(r.split(text), c.m.perURL()) + weight(r.split(spoiler), c.m.perURL())
	if most := c.m.opts.MaxChars; length > most {
		return c.invalid(fmt.Sprintf("Text character limit of %d exceeded", most),
			fmt.Sprintf("text too long, %d characters exceeds limit %d characters", length, most))
	}
	return nil
}

// status finds the status named in the path, as far as the caller may see it.
func (c *call) seen() (*status, error) {
	s := c.m.byID[c.path["id"]]
	if s == nil || !s.visibleTo(c.viewer) {
		return nil, c.notFound()
	}
	return s, nil
}

// own finds the caller's own status named in the path.
func (c *call) own() (*status, error) {
	s, err := c.seen()
	if err == nil && s.author != c.viewer {
		err = c.notFound()
	}
	return s, err
}

func getStatus(c *call) (any, error) {
	s, err := c.seen()
	if err != nil {
		return nil, err
	}
	return c.viewStatus(s), nil
}

// getStatuses answers for the ids that exist and says nothing of the others.
func getStatuses(c *call) (any, error) {
	out := []object{}
	for _, id := range append(c.list("id"), c.params["id"]...) {
		if s := c.m.byID[id]; s != nil && s.visibleTo(c.viewer) {
			out = append(out, c.viewStatus(s))
		}
	}
	return out, nil
}

func editStatus(c *call) (any, error) {
	s, err := c.own()
	if err != nil {
		return nil, err
	}
	text := c.param("status")
	if err := c.measure(text, c.param("spoiler_text"), len(s.media)); err != nil {
		return nil, err
	}
	c.m.revise(s, text, c.param("spoiler_text"), c.flag("sensitive"))
	c.m.noteEdit(s)
	return c.viewStatus(s), nil
}

// deleteStatus answers with the deleted status and its source text.
func deleteStatus(c *call) (any, error) {
	s, err := c.own()
	if err != nil {
		return nil, err
	}
	v := c.viewStatus(s)
	v["text"] = s.text
	c.m.remove(s)
	return v, nil
}

func statusContext(c *call) (any, error) {
	s, err := c.seen()
	if err != nil {
		return nil, err
	}
	before, after := []object{}, []object{}
	for p := s.parent; p != nil; p = p.parent {
		if p.visibleTo(c.viewer) {
			before = append(before, c.viewStatus(p))
		}
	}
	slices.Reverse(before)
	for _, x := range s.descendants() {
		if x.visibleTo(c.viewer) {
			after = append(after, c.viewStatus(x))
		}
	}
	return object{"ancestors": before, "descendants": after}, nil
}

// descendants lists every answer, and the answers to it right below it.
func (s *status) descendants() (out []*status) {
	waiting := slices.Clone(s.answers)
	slices.Reverse(waiting)
	for len(waiting) > 0 {
		x := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		out = append(out, x)
		for _, a := range slices.Backward(x.answers) {
			waiting = append(waiting, a)
		}
	}
	return out
}

// statusHistory lists all revisions, oldest first.
func statusHistory(c *call) (any, error) {
	s, err := c.seen()
	if err != nil {
		return nil, err
	}
	out := []object{}
	for _, r := range append(slices.Clone(s.revisions), revision{s.text, s.spoiler, s.sensitive, s.writtenAt()}) {
		out = append(out, object{
			"content": c.m.render(r.text, s.generous), "spoiler_text": r.spoiler, "sensitive": r.sensitive, "created_at": stamp(r.at),
			"account": c.viewAccount(s.author), "media_attachments": viewMedia(s.media), "emojis": []object{},
		})
	}
	return out, nil
}

func statusSource(c *call) (any, error) {
	s, err := c.own()
	if err != nil {
		return nil, err
	}
	return object{"id": s.id, "text": s.text, "spoiler_text": s.spoiler}, nil
}
