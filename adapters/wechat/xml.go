package wechat

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"
)

// maxDepth bounds how deep elements may nest; the platform's go four deep.
const maxDepth = 8

var errXML = errors.New("the XML is broken")

// scanXML walks doc and calls leaf for every element without children, with its depth
// (the root's is 1), name and text. Name and value are only good during the call. It is
// made for the platform's pushes, a fraction of encoding/xml's cost: no attributes, no
// entities but the predefined, no document type. It never panics.
func scanXML(doc []byte, leaf func(depth int, name, value []byte)) error {
	p := scan{rest: doc, leaf: leaf}
	for len(p.rest) > 0 {
		if err := p.step(); err != nil {
			return err
		}
	}
	if p.depth != 0 || !p.any {
		return errXML
	}
	return nil
}

type scan struct {
	rest  []byte
	leaf  func(depth int, name, value []byte)
	open  [maxDepth]element
	depth int
	any   bool
}

// element is one that is open. Its value points into the document unless it had to be
// put together.
type element struct {
	name   []byte
	value  []byte
	parent bool // has children
	cdata  bool
	owned  bool // value is a copy
}

func (p *scan) step() error {
	if i := bytes.IndexByte(p.rest, '<'); i != 0 {
		return p.text(i)
	}
	switch {
	case bytes.HasPrefix(p.rest, []byte("<![CDATA[")):
		return p.cdata()
	case bytes.HasPrefix(p.rest, []byte("<!--")):
		return p.skip("-->")
	case bytes.HasPrefix(p.rest, []byte("<?")):
		return p.skip("?>")
	case bytes.HasPrefix(p.rest, []byte("<!")):
		return errXML
	case bytes.HasPrefix(p.rest, []byte("</")):
		return p.close()
	}
	return p.begin()
}

// text takes the characters up to end, or all that is left if end is negative. Space
// around a CDATA section is layout.
func (p *scan) text(end int) error {
	if end < 0 {
		end = len(p.rest)
	}
	chunk := p.rest[:end]
	p.rest = p.rest[end:]
	blank := len(bytes.TrimSpace(chunk)) == 0
	if p.depth == 0 {
		if blank || bytes.Equal(chunk, []byte("\ufeff")) {
			return nil
		}
		return errXML
	}
	e := &p.open[p.depth-1]
	if blank && (e.cdata || e.parent) {
		return nil
	}
	e.add(unescape(chunk))
	return nil
}

func (p *scan) cdata() error {
	p.rest = p.rest[len("<![CDATA["):]
	end := bytes.Index(p.rest, []byte("]]>"))
	if end < 0 || p.depth == 0 {
		return errXML
	}
	e := &p.open[p.depth-1]
	if !e.cdata && len(bytes.TrimSpace(e.value)) == 0 {
		e.value, e.owned = nil, false
	}
	e.cdata = true
	e.add(p.rest[:end])
	p.rest = p.rest[end+len("]]>"):]
	return nil
}

// add appends chunk without writing into the document.
func (e *element) add(chunk []byte) {
	switch {
	case len(e.value) == 0 && !e.owned:
		e.value = chunk
	case e.owned:
		e.value = append(e.value, chunk...)
	default:
		e.value, e.owned = slices.Concat(e.value, chunk), true
	}
}

func (p *scan) skip(end string) error {
	i := bytes.Index(p.rest, []byte(end))
	if i < 0 {
		return errXML
	}
	p.rest = p.rest[i+len(end):]
	return nil
}

func (p *scan) begin() error {
	end := bytes.IndexByte(p.rest, '>')
	if end < 0 || p.depth == maxDepth || p.depth == 0 && p.any {
		return errXML
	}
	tag := p.rest[1:end]
	p.rest = p.rest[end+1:]
	empty := bytes.HasSuffix(tag, []byte("/"))
	name := bytes.TrimSuffix(tag, []byte("/"))
	if i := bytes.IndexAny(name, " \t\r\n"); i >= 0 {
		name = name[:i]
	}
	if len(name) == 0 {
		return errXML
	}
	if p.depth > 0 {
		p.open[p.depth-1].parent = true
	}
	p.open[p.depth] = element{name: name}
	p.depth++
	p.any = true
	if empty {
		p.end()
	}
	return nil
}

func (p *scan) close() error {
	end := bytes.IndexByte(p.rest, '>')
	if end < 0 || p.depth == 0 {
		return errXML
	}
	name := bytes.TrimRight(p.rest[2:end], " \t\r\n")
	p.rest = p.rest[end+1:]
	if !bytes.Equal(name, p.open[p.depth-1].name) {
		return errXML
	}
	p.end()
	return nil
}

func (p *scan) end() {
	p.depth--
	if e := p.open[p.depth]; !e.parent {
		p.leaf(p.depth+1, e.name, e.value)
	}
}

// unescape replaces the predefined entities and character references; what is none of
// them stays as it is.
func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '&') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			break
		}
		out = append(out, b[:i]...)
		b = b[i:]
		end := bytes.IndexByte(b[:min(len(b), 12)], ';')
		if r, ok := entity(b, end); ok {
			out = utf8.AppendRune(out, r)
			b = b[end+1:]
			continue
		}
		out = append(out, '&')
		b = b[1:]
	}
	return append(out, b...)
}

// entity is the character that &…; at the start of b stands for; end is where its ; is.
func entity(b []byte, end int) (rune, bool) {
	if end < 2 {
		return 0, false
	}
	switch name := string(b[1:end]); name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	default:
		return reference(name)
	}
}

func reference(name string) (rune, bool) {
	if name[0] != '#' || len(name) < 2 {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n == 0 || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return 0, false
	}
	return rune(n), true
}
