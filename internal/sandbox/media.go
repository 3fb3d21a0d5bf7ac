package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

const mediaWork = 2 * time.Second // how long Mastodon works on an upload

// media is one uploaded picture.
type media struct {
	id, mime, description string
	owner                 *account
	ready                 time.Time
}

func (x *media) view() object {
	return object{"id": x.id, "type": "image", "url": "/media/" + x.id, "preview_url": nil, "description": orNull(x.description), "meta": object{}}
}

// createMedia accepts a picture: GoToSocial has it at once, Mastodon answers 202 and
// works on it for two seconds.
func createMedia(c *call) (any, error) {
	if !strings.HasPrefix(c.mime, "image/") || len(c.file) == 0 {
		return nil, c.invalid("File can't be blank", "no attachment given")
	}
	x := &media{id: c.m.ids.next(c.now), mime: c.mime, description: c.param("description"), owner: c.viewer, ready: c.now}
	if c.m.opts.Flavour == Mastodon {
		x.ready = c.now.Add(mediaWork)
		c.status = http.StatusAccepted
	}
	c.m.media[x.id] = x
	return c.viewUpload(x), nil
}

func (c *call) viewUpload(x *media) object {
	v := x.view()
	if c.now.Before(x.ready) {
		v["url"] = nil
	}
	return v
}

// getMedia answers 206 while the picture is being worked on.
func getMedia(c *call) (any, error) {
	x := c.m.media[c.path["id"]]
	if x == nil || x.owner != c.viewer {
		return nil, c.notFound()
	}
	if c.now.Before(x.ready) {
		c.status = http.StatusPartialContent
	}
	return c.viewUpload(x), nil
}

// attached finds the media of a post, which must be the caller's and ready.
func (c *call) attached() (out []*media, err error) {
	most := [...]int{4, 6}[c.m.opts.Flavour]
	for _, id := range c.list("media_ids") {
		x := c.m.media[id]
		switch {
		case x == nil || x.owner != c.viewer:
			return nil, c.fail(http.StatusNotFound, "Record not found", "Not Found: media "+id+" not found")
		case c.now.Before(x.ready):
			return nil, c.invalid("Cannot attach files that have not finished processing. Try again in a moment!", "media not yet processed")
		}
		out = append(out, x)
	}
	if len(out) > most {
		return nil, c.invalid("Cannot attach more than 4 files", fmt.Sprintf("too many media files attached, %d attached but limit is %d", len(out), most))
	}
	return out, nil
}
