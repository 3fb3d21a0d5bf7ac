package discuz

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// codec is the encoding of a board's charset; nil is UTF-8.
func codec(charset string) (encoding.Encoding, error) {
	switch strings.ToUpper(charset) {
	case "", "UTF-8", "UTF8":
		return nil, nil
	case "GBK", "GB2312":
		return simplifiedchinese.GBK, nil
	case "GB18030":
		return simplifiedchinese.GB18030, nil
	case "BIG5":
		return traditionalchinese.Big5, nil
	}
	return nil, fmt.Errorf("the board's charset %.20q is not supported", charset)
}

// unicode makes an answer UTF-8. Boards in GBK may send plain ASCII with escapes, or GBK,
// whose second bytes may look like a backslash: so the bytes are converted before JSON is
// read. Which charset, the answer says itself.
func unicode(body []byte) []byte {
	if utf8.Valid(body) {
		return body
	}
	var from encoding.Encoding = simplifiedchinese.GB18030
	if bytes.Contains(bytes.ToUpper(body), []byte(`"CHARSET":"BIG5"`)) {
		from = traditionalchinese.Big5
	}
	out, err := from.NewDecoder().Bytes(body)
	if err != nil {
		return body
	}
	return out
}

// form encodes values in the board's charset. A character the charset lacks is an error:
// what is sent must be what was approved.
func form(charset string, values url.Values) (string, error) {
	c, err := codec(charset)
	if err != nil || c == nil {
		return values.Encode(), err
	}
	out := url.Values{}
	for name, all := range values {
		for _, v := range all {
			coded, err := c.NewEncoder().String(v)
			if err != nil {
				return "", fmt.Errorf("the board's charset %s lacks a character of the text: %.1q", charset, missing(c, v))
			}
			out.Add(name, coded)
		}
	}
	return out.Encode(), nil
}

// missing is the first character that cannot be encoded.
func missing(c encoding.Encoding, text string) string {
	for _, r := range text {
		if _, err := c.NewEncoder().String(string(r)); err != nil {
			return string(r)
		}
	}
	return ""
}
