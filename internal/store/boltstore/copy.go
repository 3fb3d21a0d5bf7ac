package boltstore

import (
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"netpatrol/bots"
)

// copier copies records, which is some ten times cheaper than decoding them again. What it
// returns shares no slice, map or pointer with what it was given. It is safe for concurrent use.
type copier struct {
	shapes sync.Map // reflect.Type -> *shape, of records
}

// copy returns a record of the same type and contents.
func (c *copier) copy(r bots.Record) bots.Record {
	v, s := c.shallow(r)
	s.own(v)
	return v.Addr().Interface().(bots.Record)
}

// asStored returns what decoding the encoded record would give, but for its head; ok is false when
// only decoding can tell.
func (c *copier) asStored(r bots.Record) (stored bots.Record, ok bool) {
	v, s := c.shallow(r)
	if s.odd || !s.settle(v, false) {
		return nil, false
	}
	return v.Addr().Interface().(bots.Record), true
}

func (c *copier) shallow(r bots.Record) (reflect.Value, *shape) {
	from := reflect.ValueOf(r).Elem()
	v := reflect.New(from.Type()).Elem()
	v.Set(from)
	return v, c.shape(from.Type())
}

// shape is what copying needs to know of a type.
type shape struct {
	kind  reflect.Kind
	time  bool
	owns  bool // it holds slices, maps or pointers
	plain bool // its values are stored as they are
	odd   bool // it holds something no record has: an interface, an array, a channel
	elem  *shape
	parts []part // of a struct
}

// part is one field of a struct.
type part struct {
	*shape
	at        int
	omitempty bool
	unstored  bool // with the tag "-", as the fields of a Head are
}

func (c *copier) shape(t reflect.Type) *shape {
	if s, ok := c.shapes.Load(t); ok {
		return s.(*shape)
	}
	s := shapes{}.of(t)
	c.shapes.Store(t, s)
	return s
}

// shapes are those of one record's types; a type may hold values of its own.
type shapes map[reflect.Type]*shape

func (all shapes) of(t reflect.Type) *shape {
	if s := all[t]; s != nil {
		return s
	}
	s := &shape{kind: t.Kind(), time: t == reflect.TypeFor[time.Time]()}
	all[t] = s
	switch s.kind {
	case reflect.String:
	case reflect.Slice, reflect.Pointer, reflect.Map:
		s.owns = true // before its elements are looked at: they may be of the same type
		s.elem = all.of(t.Elem())
		s.odd = s.elem.odd || s.kind == reflect.Map && t.Key().Kind() != reflect.String && !t.Key().ConvertibleTo(reflect.TypeFor[int64]())
	case reflect.Struct:
		if !s.time {
			all.lookInto(s, t)
		}
	case reflect.Interface, reflect.Array, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		s.odd = true
	default:
		s.plain = true
	}
	return s
}

func (all shapes) lookInto(s *shape, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		p := part{shape: all.of(f.Type), at: i, omitempty: strings.Contains(tag, ",omitempty"), unstored: tag == "-"}
		s.odd = s.odd || p.odd && !p.unstored || !f.IsExported()
		s.owns = s.owns || p.owns
		if !p.plain || p.unstored {
			s.parts = append(s.parts, p)
		}
	}
}

// own replaces everything that v, a shallow copy, shares with its original.
func (s *shape) own(v reflect.Value) {
	switch {
	case !s.owns:
	case s.kind == reflect.Struct:
		for _, p := range s.parts {
			if p.owns {
				p.own(v.Field(p.at))
			}
		}
	case v.IsNil():
	default:
		s.each(v, func(e reflect.Value) bool { s.elem.own(e); return true })
	}
}

// each gives v a slice, map or pointer of its own, whose values change looks at.
func (s *shape) each(v reflect.Value, change func(reflect.Value) bool) bool {
	ok := true
	switch s.kind {
	case reflect.Slice:
		all := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(all, v)
		v.Set(all)
		for i := 0; i < v.Len() && !s.elem.plain; i++ {
			ok = change(v.Index(i)) && ok
		}
	case reflect.Pointer:
		one := reflect.New(v.Type().Elem())
		one.Elem().Set(v.Elem())
		v.Set(one)
		ok = s.elem.plain || change(one.Elem())
	case reflect.Map:
		all := reflect.MakeMapWithSize(v.Type(), v.Len())
		for i := v.MapRange(); i.Next(); {
			e := reflect.New(v.Type().Elem()).Elem()
			e.Set(i.Value())
			ok = (s.elem.plain || change(e)) && utf8.ValidString(i.Key().String()) && ok // a broken key becomes another
			all.SetMapIndex(i.Key(), e)
		}
		v.Set(all)
	}
	return ok
}

// settle turns a shallow copy into what encoding and decoding it would leave: times in the zone
// they are written in, text without broken characters, nothing where an empty slice or map is left
// out. It says whether it could.
func (s *shape) settle(v reflect.Value, omitempty bool) bool {
	switch {
	case s.time:
		return settleTime(v.Addr().Interface().(*time.Time))
	case s.kind == reflect.String:
		if !utf8.ValidString(v.String()) {
			v.SetString(string([]rune(v.String())))
		}
		return true
	case s.kind == reflect.Struct:
		ok := true
		for _, p := range s.parts {
			if p.unstored {
				v.Field(p.at).SetZero()
				continue
			}
			ok = p.settle(v.Field(p.at), p.omitempty) && ok
		}
		return ok
	case s.plain || v.IsNil():
		return true
	case omitempty && s.kind != reflect.Pointer && v.Len() == 0:
		v.SetZero()
		return true
	}
	return s.each(v, func(e reflect.Value) bool { return s.elem.settle(e, false) })
}

// settleTime drops the monotonic part. A zone that is neither ours nor UTC comes back without
// its name, and in the first years ours is no whole minutes from UTC.
func settleTime(t *time.Time) bool {
	*t = t.Round(0)
	switch _, offset := t.Zone(); {
	case offset == 0:
		*t = t.UTC()
	case t.Location() != time.Local || offset%60 != 0 || t.IsZero():
		return false
	}
	return true
}
