// Package form writes JSON exactly as encoding/json does, byte for byte, in a fraction of its
// time: it appends to the caller's buffer, writes moments without a detour through their own
// encoder, and goes through nothing twice. What it does not know well it leaves to
// encoding/json, so that a type may grow without anybody thinking of this package.
//
// # Failure model
//
// An error is encoding/json's, or that of a moment that has no form in RFC 3339. What was
// appended to the buffer before an error is of no use. Values that point to themselves are
// not found out and never end, as no record does.
package form

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Writer remembers how each type is written. The zero value is ready, and safe for concurrent use.
type Writer struct {
	plans   sync.Map // reflect.Type -> *plan
	structs sync.Map // reflect.Type -> *fields, of those with an encoder of their own
}

// Append appends what json.Marshal makes of v, which may be a pointer.
func (w *Writer) Append(b []byte, v any) ([]byte, error) {
	r := reflect.ValueOf(v)
	if !r.IsValid() {
		return append(b, "null"...), nil
	}
	return w.plan(r.Type()).append(w, b, r)
}

// AppendWith appends the members of the struct that v points to, whether or not it has an
// encoder of its own, and one more after them. That encoder must do the same: it is asked where
// only encoding/json knows how a member is written.
func (w *Writer) AppendWith(b []byte, v any, name string, more any) ([]byte, error) {
	r := reflect.ValueOf(v).Elem()
	all := w.own(r.Type())
	if all.odd {
		return appendOther(b, r)
	}
	b, first, err := all.append(w, append(b, '{'), r)
	if err != nil {
		return nil, err
	}
	if !first {
		b = append(b, ',')
	}
	b = append(appendText(b, name), ':')
	if b, err = w.Append(b, more); err != nil {
		return nil, err
	}
	return append(b, '}'), nil
}

func (w *Writer) own(t reflect.Type) *fields {
	if all, ok := w.structs.Load(t); ok {
		return all.(*fields)
	}
	all := w.membersOf(t)
	w.structs.Store(t, all)
	return all
}

// plan is how a type is written.
type plan struct {
	kind   reflect.Kind
	moment bool
	other  bool // only encoding/json knows
	bytes  bool // a slice that is written as base64
	elem   typed
	fields *fields
}

// typed is a type and, once it was needed, its plan: types may lead back to themselves.
type typed struct {
	reflect.Type
	known atomic.Pointer[plan]
}

func (t *typed) plan(w *Writer) *plan {
	p := t.known.Load()
	if p == nil {
		p = w.plan(t.Type)
		t.known.Store(p)
	}
	return p
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	number    = reflect.TypeFor[json.Number]()
	marshaler = reflect.TypeFor[json.Marshaler]()
	texter    = reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()
	zeroer    = reflect.TypeFor[interface{ IsZero() bool }]()
)

func (w *Writer) plan(t reflect.Type) *plan {
	if p, ok := w.plans.Load(t); ok {
		return p.(*plan)
	}
	p := w.newPlan(t)
	w.plans.Store(t, p)
	return p
}

func (w *Writer) newPlan(t reflect.Type) *plan {
	p := &plan{kind: t.Kind()}
	if t == timeType {
		p.moment = true
		return p
	}
	if t == number || encodesItself(t) {
		p.other = true
		return p
	}
	switch p.kind {
	case reflect.String, reflect.Bool, reflect.Interface,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
	case reflect.Pointer:
		p.elem.Type = t.Elem()
	case reflect.Slice:
		p.elem.Type = t.Elem()
		p.bytes = t.Elem().Kind() == reflect.Uint8 && !encodesItself(t.Elem())
	case reflect.Map:
		p.elem.Type = t.Elem()
		p.other = t.Key().Kind() != reflect.String
	case reflect.Struct:
		p.fields = w.membersOf(t)
		p.other = p.fields.odd
	default:
		p.other = true
	}
	return p
}

// encodesItself says whether a value of the type, or a pointer to one, has an encoder of its own.
// A pointer has none but that of what it points to.
func encodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(marshaler) || p.Implements(texter)
}

func (p *plan) append(w *Writer, b []byte, v reflect.Value) ([]byte, error) {
	switch {
	case p.other:
		return appendOther(b, v)
	case p.moment:
		return appendTime(b, v)
	case p.bytes:
		return appendBytes(b, v), nil
	}
	switch p.kind {
	case reflect.String:
		return appendText(b, v.String()), nil
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.AppendUint(b, v.Uint(), 10), nil
	case reflect.Struct:
		b, _, err := p.fields.append(w, append(b, '{'), v)
		return append(b, '}'), err
	}
	if v.IsNil() {
		return append(b, "null"...), nil
	}
	switch p.kind {
	case reflect.Interface:
		return w.plan(v.Elem().Type()).append(w, b, v.Elem())
	case reflect.Pointer:
		return p.elem.plan(w).append(w, b, v.Elem())
	case reflect.Map:
		return p.appendMap(w, b, v)
	}
	return p.appendSlice(w, b, v)
}

func (p *plan) appendSlice(w *Writer, b []byte, v reflect.Value) (_ []byte, err error) {
	elem := p.elem.plan(w)
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = elem.append(w, b, v.Index(i)); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// appendMap writes the members in the order of their names.
func (p *plan) appendMap(w *Writer, b []byte, v reflect.Value) (_ []byte, err error) {
	elem := p.elem.plan(w)
	keys := v.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int { return cmp.Compare(x.String(), y.String()) })
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, k.String()), ':')
		if b, err = elem.append(w, b, v.MapIndex(k)); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// appendOther is encoding/json's way.
func appendOther(b []byte, v reflect.Value) ([]byte, error) {
	if v.CanAddr() {
		v = v.Addr()
	}
	text, err := json.Marshal(v.Interface())
	return append(b, text...), err
}

func appendTime(b []byte, v reflect.Value) ([]byte, error) {
	var t time.Time
	if v.CanAddr() {
		t = *v.Addr().Interface().(*time.Time)
	} else {
		t = v.Interface().(time.Time)
	}
	b, err := t.AppendText(append(b, '"'))
	return append(b, '"'), err
}

func appendBytes(b []byte, v reflect.Value) []byte {
	if v.IsNil() {
		return append(b, "null"...)
	}
	return append(base64.StdEncoding.AppendEncode(append(b, '"'), v.Bytes()), '"')
}
