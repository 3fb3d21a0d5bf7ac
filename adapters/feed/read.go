package feed

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html/charset"

	"netpatrol/adapters"
)

// maxEntries bounds a feed: what is known of it must fit into a cursor.
const maxEntries = 2000

// entry is one entry of a feed.
type entry struct {
	mark string // who it is and what it says; see markOf
	in   adapters.Inbound
}

// readFeed reads a whole document. Half a one is an error.
func readFeed(body []byte, contentType string) ([]entry, error) {
	body, err := decoded(bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))), contentType)
	if err != nil {
		return nil, err
	}
	if err := whole(body); err != nil {
		return nil, err
	}
	if err := simple(body); err != nil {
		return nil, err
	}
	f, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the address does not lead to a feed that can be read: %.120q", err.Error())
	}
	if len(f.Items) > maxEntries {
		return nil, fmt.Errorf("the feed has %d entries, %d are read at most: watch a part of the site", len(f.Items), maxEntries)
	}
	var all []entry
	seen := map[string]bool{}
	for _, i := range f.Items {
		if e := entryOf(i, f.Language); !seen[idOf(e.mark)] {
			seen[idOf(e.mark)] = true
			all = append(all, e)
		}
	}
	slices.Reverse(all) // feeds begin with the newest
	slices.SortStableFunc(all, func(a, b entry) int {
		if a.in.At.IsZero() || b.in.At.IsZero() {
			return 0
		}
		return a.in.At.Compare(b.in.At)
	})
	return all, nil
}

var (
	xmlProlog = regexp.MustCompile(`^<\?xml[^>]*\bencoding\s*=`)
	xmlRoot   = regexp.MustCompile(`<([A-Za-z][\w.:-]*)[\s>/]`)
)

// decoded turns a text that only its header says the charset of into UTF-8. A prolog that
// says so is for the parser.
func decoded(body []byte, contentType string) ([]byte, error) {
	_, params, err := mime.ParseMediaType(contentType)
	label := strings.ToLower(params["charset"])
	if err != nil || label == "" || label == "utf-8" || xmlProlog.Match(body) {
		return body, nil
	}
	r, err := charset.NewReaderLabel(label, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the feed is in a charset that is not known: %.40q", label)
	}
	return io.ReadAll(io.LimitReader(r, 4*maxBody))
}

// whole refuses a document whose end is missing: the entries it lacks would not be missed.
func whole(body []byte) error {
	if len(body) == 0 {
		return errors.New("the answer is empty")
	}
	if body[0] == '{' {
		if !json.Valid(body) {
			return errors.New("the JSON feed is cut short or broken")
		}
		return nil
	}
	root := xmlRoot.FindSubmatch(body)
	if root == nil || !bytes.Contains(body, []byte("</"+string(root[1])+">")) {
		return errors.New("the answer is no feed, or is cut short")
	}
	return nil
}

func entryOf(i *gofeed.Item, language string) entry {
	link := strings.TrimSpace(i.Link)
	title, body := plain(i.Title), plain(longer(i.Content, i.Description))
	text := title
	if body != "" && body != title {
		text = strings.TrimSpace(title + "\n" + body)
	}
	in := adapters.Inbound{Kind: adapters.KindPost, Text: text, Language: language, URL: link}
	if in.Ref = adapters.Ref(link); link == "" {
		in.Ref = adapters.Ref(i.GUID)
	}
	if len(i.Authors) > 0 && i.Authors[0] != nil {
		name := strings.TrimSpace(longer(i.Authors[0].Name, i.Authors[0].Email))
		in.From = adapters.Person{ID: name, Handle: name, Name: name}
	}
	switch {
	case i.PublishedParsed != nil:
		in.At = i.PublishedParsed.UTC()
	case i.UpdatedParsed != nil:
		in.At = i.UpdatedParsed.UTC()
	}
	if i.UpdatedParsed != nil && i.UpdatedParsed.After(in.At) {
		in.Edited = i.UpdatedParsed.UTC()
	}
	mark := markOf(identity(i), text)
	in.Key = mark
	if !in.At.IsZero() {
		in.Key = in.At.Format("20060102T150405Z") + "-" + mark
	}
	if in.Ref == "" {
		in.Ref = adapters.Ref("entry-" + idOf(mark))
	}
	return entry{mark: mark, in: in}
}

// longer is a when there is one.
func longer(a, b string) string {
	if len(a) > 0 {
		return a
	}
	return b
}

// identity is what stays the same of an entry: its id, else its address without what differs
// from visit to visit, else its title and date.
func identity(i *gofeed.Item) string {
	if i.GUID != "" {
		return "id " + i.GUID
	}
	if u, err := url.Parse(strings.TrimSpace(i.Link)); err == nil && u.Host != "" {
		q := u.Query()
		for name := range q {
			if noise(strings.ToLower(name)) {
				q.Del(name)
			}
		}
		u.RawQuery, u.Fragment = q.Encode(), ""
		return "link " + u.String()
	}
	return "title " + i.Title + "\x00" + i.Published
}

// noise says whether a parameter of an address tells the visit, not the page.
func noise(name string) bool {
	switch name {
	case "sid", "s", "phpsessid", "jsessionid", "fromuid", "from", "spm":
		return true
	}
	return strings.HasPrefix(name, "utm_")
}

// Lengths of a mark, in characters.
const (
	idLen   = 11 // 8 bytes
	wordLen = 6  // 4 bytes
)

// markOf tells an entry and its words from all others, in 17 characters: who it is, then what it says.
func markOf(id, text string) string {
	who, what := sha256.Sum256([]byte(id)), sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(who[:8]) + base64.RawURLEncoding.EncodeToString(what[:4])
}

func idOf(mark string) string { return mark[:idLen] }
