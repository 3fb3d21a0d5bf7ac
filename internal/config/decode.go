package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"netpatrol/adapters"
)

// place is where a value stands.
type place struct {
	file      string
	line, col int
}

// decoder fills Go values from YAML nodes. Unlike a decoder that stops at the first
// mistake it notes every one and goes on, and it remembers where each value stood, so
// that later checks can point at it.
type decoder struct {
	file   string // being read, as people named it
	dir    string // secret files are relative to it
	faults Faults
	places map[string]place // by path: "accounts[2].platform"
	bad    map[string]bool  // paths with a fault already: a second one would only be an echo
	broken bool             // a file was not YAML: what it left out says nothing
	skip   map[string]bool  // files of accounts.d that are set aside: their accounts may still be named
}

func newDecoder(file string) *decoder {
	return &decoder{
		file: file, dir: filepath.Dir(file), bad: map[string]bool{},
		places: map[string]place{"": {file: file, line: 1, col: 1}},
	}
}

// fault notes a mistake made in reading the value at path, which stands at a place.
func (d *decoder) fault(at place, path, mend, what string, args ...any) {
	d.bad[path] = true
	d.note(at, mend, what, args...)
}

// wrong notes a mistake in what was read at path, unless reading it was one already.
func (d *decoder) wrong(path, mend, what string, args ...any) {
	if !d.spoilt(path) {
		d.note(d.at(path), mend, what, args...)
	}
}

func (d *decoder) note(at place, mend, what string, args ...any) {
	d.faults = append(d.faults, Fault{File: at.file, Line: at.line, Col: at.col, What: fmt.Sprintf(what, args...), Mend: mend})
}

// spoilt says whether path, or something around it, could not be read.
func (d *decoder) spoilt(path string) bool {
	for ; path != ""; path = parent(path) {
		if d.bad[path] {
			return true
		}
	}
	return d.bad[""]
}

// parent is the path of what is around path.
func parent(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

// at finds where a path stands, or the nearest thing around it.
func (d *decoder) at(path string) place {
	for {
		if p, ok := d.places[path]; ok {
			return p
		}
		path = parent(path)
	}
}

func (d *decoder) placeOf(n ast.Node) place {
	p := place{file: d.file, line: 1, col: 1}
	if t := n.GetToken(); t != nil && t.Position != nil {
		p.line, p.col = t.Position.Line, t.Position.Column
	}
	return p
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	secretsType  = reflect.TypeFor[map[string]adapters.Secret]()
)

// value decodes one node into v.
func (d *decoder) value(n ast.Node, v reflect.Value, path string) {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		d.fault(d.placeOf(n), path, "write the value out in full", "%s uses an anchor, alias or tag, which this file may not", name(path))
		return
	}
	switch {
	case v.Type() == durationType:
		d.duration(n, v, path)
	case v.Type() == secretsType:
		d.secrets(n, v, path)
	default:
		d.kind(n, v, path)
	}
}

func (d *decoder) kind(n ast.Node, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Slice:
		d.slice(n, v, path)
	case reflect.Map:
		d.texts(n, v, path)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.kind(n, v.Elem(), path)
	case reflect.String:
		if s, ok := d.text(n, path); ok {
			v.SetString(s)
		}
	case reflect.Bool:
		d.boolean(n, v, path)
	case reflect.Int:
		d.integer(n, v, path)
	default:
		panic("config: no decoding for " + v.Type().String())
	}
}

// entry is one key of a mapping with its value.
type entry struct {
	key   string
	at    place
	value ast.Node
}

// entries lists a mapping. An empty value counts as an empty mapping, so that a section
// whose lines are all commented out is no mistake.
func (d *decoder) entries(n ast.Node, path string) []entry {
	if n.Type() == ast.NullType {
		return nil
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		d.fault(d.placeOf(n), path, "write it as lines of \"key: value\"", "%s is %s, not a section of keys", name(path), kindOf(n))
		return nil
	}
	var list []entry
	seen := map[string]place{}
	for it := m.MapRange(); it.Next(); {
		key, at := it.Key(), d.placeOf(it.Key())
		if _, plain := key.(*ast.StringNode); !plain {
			d.fault(at, path, "use a plain word as the key", "%s has a key that is not a word", name(path))
			continue
		}
		e := entry{key: key.GetToken().Value, at: at, value: it.Value()}
		if first, twice := seen[e.key]; twice {
			d.fault(at, join(path, e.key), fmt.Sprintf("keep one of the two; the first is on line %d", first.line), "%s is given twice", name(join(path, e.key)))
			continue
		}
		seen[e.key] = at
		list = append(list, e)
	}
	return list
}

func (d *decoder) structure(n ast.Node, v reflect.Value, path string) {
	fields, names := map[string]int{}, []string{}
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag.Get("yaml"); tag != "-" {
			fields[tag], names = i, append(names, tag)
		}
	}
	for _, e := range d.entries(n, path) {
		p := join(path, e.key)
		i, known := fields[e.key]
		if !known {
			d.fault(e.at, p, suggest(e.key, names), "unknown key %q in %s", clip(e.key), name(path))
			continue
		}
		d.places[p] = e.at
		d.value(e.value, v.Field(i), p)
	}
}

func (d *decoder) slice(n ast.Node, v reflect.Value, path string) {
	if n.Type() == ast.NullType {
		v.SetZero()
		return
	}
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fault(d.placeOf(n), path, "write it as a list: lines that begin with \"- \"", "%s is %s, not a list", name(path), kindOf(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, len(seq.Values)))
	for _, item := range seq.Values {
		d.item(item, v, path)
	}
}

// item appends one decoded element, beginning from its defaults.
func (d *decoder) item(n ast.Node, list reflect.Value, path string) {
	p := fmt.Sprintf("%s[%d]", path, list.Len())
	at := d.placeOf(n)
	d.places[p] = at
	e := reflect.New(list.Type().Elem()).Elem()
	switch x := e.Addr().Interface().(type) {
	case *Account:
		*x = defaultAccount()
		x.File, x.Line = at.file, at.line
	case *Schedule:
		*x = defaultSchedule()
		x.Line = at.line
	}
	d.value(n, e, p)
	list.Set(reflect.Append(list, e))
}

// texts decodes a mapping from names to texts.
func (d *decoder) texts(n ast.Node, v reflect.Value, path string) {
	m := map[string]string{}
	for _, e := range d.entries(n, path) {
		p := join(path, e.key)
		d.places[p] = e.at
		if s, ok := d.text(e.value, p); ok {
			m[e.key] = s
		}
	}
	v.Set(reflect.ValueOf(m))
}

// text takes a text, or a number exactly as it is written: region codes and ids look
// like numbers and lose nothing.
func (d *decoder) text(n ast.Node, path string) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	case *ast.NullNode:
		d.fault(d.at(path), path, "give it a value, or remove the line", "%s has no value", name(path))
	default:
		d.fault(d.placeOf(n), path, "write a text, in quotes if it looks like something else", "%s is %s, not a text", name(path), kindOf(n))
	}
	return "", false
}

func (d *decoder) boolean(n ast.Node, v reflect.Value, path string) {
	b, ok := n.(*ast.BoolNode)
	if !ok {
		d.fault(d.placeOf(n), path, "write true or false, without quotes", "%s is %s, not true or false", name(path), kindOf(n))
		return
	}
	v.SetBool(b.Value)
}

func (d *decoder) integer(n ast.Node, v reflect.Value, path string) {
	if _, ok := n.(*ast.IntegerNode); ok {
		if i, err := strconv.ParseInt(n.GetToken().Value, 10, 32); err == nil {
			v.SetInt(i)
			return
		}
	}
	d.fault(d.placeOf(n), path, "write a whole number in digits", "%s is %s, not a whole number", name(path), kindOf(n))
}

func (d *decoder) duration(n ast.Node, v reflect.Value, path string) {
	const mend = `write a number with its unit, such as "30s", "15m" or "2h"`
	s, ok := d.text(n, path)
	if !ok {
		return
	}
	t, err := time.ParseDuration(s)
	switch {
	case err != nil:
		d.fault(d.placeOf(n), path, mend, "%s is %q, which is not a length of time", name(path), clip(s))
	case t <= 0:
		d.fault(d.placeOf(n), path, "write a length of time above zero", "%s is %s", name(path), t)
	default:
		v.SetInt(int64(t))
	}
}

// kindOf names what a node is, without its content: it may be a secret.
func kindOf(n ast.Node) string {
	switch n.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "a section of keys"
	case ast.SequenceType:
		return "a list"
	case ast.BoolType:
		return "true or false"
	case ast.IntegerType, ast.FloatType, ast.InfinityType, ast.NanType:
		return "a number"
	case ast.NullType:
		return "empty"
	case ast.StringType, ast.LiteralType:
		return "a text"
	}
	return "something else"
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// name is a path for people.
func name(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

// clip keeps a quoted word short.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
