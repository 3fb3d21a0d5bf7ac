package form

import (
	"reflect"
	"strings"
	"time"
)

// fields are the members of a struct.
type fields struct {
	all []*field
	odd bool // encoding/json has rules for it that are not kept here
}

type field struct {
	name  []byte // with its quotes and colon
	at    int
	typ   typed
	empty bool // left out when empty
	zero  bool // left out when zero
}

func (w *Writer) membersOf(t reflect.Type) *fields {
	all := &fields{}
	seen := map[string]bool{}
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		switch {
		case tag == "-":
		case f.Anonymous:
			all.odd = all.odd || shows(f.Type)
		case f.IsExported():
			all.add(f, tag, i, seen)
		}
	}
	return all
}

func (all *fields) add(f reflect.StructField, tag string, at int, seen map[string]bool) {
	name, options, _ := strings.Cut(tag, ",")
	if name == "" {
		name = f.Name
	}
	all.odd = all.odd || seen[name] || strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_'
	})
	seen[name] = true
	x := &field{name: append(appendText(nil, name), ':'), at: at}
	x.typ.Type = f.Type
	for o := range strings.SplitSeq(options, ",") {
		switch o {
		case "":
		case "omitempty":
			x.empty = true
		case "omitzero":
			x.zero = true
			all.odd = all.odd || f.Type != timeType && (f.Type.Implements(zeroer) || reflect.PointerTo(f.Type).Implements(zeroer))
		default:
			all.odd = true
		}
	}
	all.all = append(all.all, x)
}

// shows says whether an embedded type brings members with it.
func shows(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return true
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.Tag.Get("json") != "-" && (f.IsExported() || f.Anonymous) {
			return true
		}
	}
	return false
}

// append appends the members of v; first says that there were none.
func (all *fields) append(w *Writer, b []byte, v reflect.Value) (_ []byte, first bool, err error) {
	first = true
	for _, f := range all.all {
		x := v.Field(f.at)
		if f.empty && isEmpty(x) || f.zero && isZero(x, f.typ.Type) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		if b, err = f.typ.plan(w).append(w, append(b, f.name...), x); err != nil {
			return nil, false, err
		}
	}
	return b, first, nil
}

func isZero(v reflect.Value, t reflect.Type) bool {
	if t != timeType {
		return v.IsZero()
	}
	if v.CanAddr() {
		return v.Addr().Interface().(*time.Time).IsZero()
	}
	return v.Interface().(time.Time).IsZero()
}

// isEmpty is what encoding/json calls empty.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}
