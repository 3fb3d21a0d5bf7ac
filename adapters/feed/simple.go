package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/net/html/charset"
)

// Bounds of the elements of a feed. The parser takes memory for each, and descends into those that stand in one another: four
// megabytes of nothing but beginnings took it more than a gigabyte.
const (
	maxDeep     = 200
	maxElements = 50 * maxEntries
	// unsure is up to how many bytes a feed may be read that the bounds cannot be told of, because it is no clean XML.
	unsure = 256 << 10
)

// simple refuses a document whose elements are too many or stand too deep in one another. JSON has bounds of its own.
func simple(body []byte) error {
	if body[0] == '{' {
		return nil
	}
	d := xml.NewDecoder(bytes.NewReader(slices.DeleteFunc(bytes.Clone(body), unprintable)))
	d.Strict, d.Entity, d.CharsetReader = false, xml.HTMLEntity, charset.NewReaderLabel
	deep, all := 0, 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) || err != nil && len(body) <= unsure {
			return nil
		}
		if err != nil {
			return errors.New("the feed is large and no clean XML")
		}
		switch token.(type) {
		case xml.StartElement:
			deep, all = deep+1, all+1
		case xml.EndElement:
			deep = max(deep-1, 0)
		}
		if deep > maxDeep || all > maxElements {
			return fmt.Errorf("the feed has more than %d elements, or more than %d in one another", maxElements, maxDeep)
		}
	}
}

// unprintable is what no XML may hold, and parsers forgive.
func unprintable(b byte) bool { return b < ' ' && b != '\t' && b != '\n' && b != '\r' }
