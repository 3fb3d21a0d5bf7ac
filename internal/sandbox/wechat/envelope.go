package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// field is one element of a callback.
type field struct {
	name  string
	value string
	bare  bool // a number: no CDATA in XML, no quotes in JSON
	inner []field
}

func text(name, value string) field           { return field{name: name, value: value} }
func number(name, value string) field         { return field{name: name, value: value, bare: true} }
func group(name string, inner ...field) field { return field{name: name, inner: inner} }

// asXML writes a callback as the platform does: texts in CDATA.
func asXML(fields []field) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>")
	for _, f := range fields {
		f.xml(&b)
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

func (f field) xml(b *bytes.Buffer) {
	b.WriteString("<" + f.name + ">")
	switch {
	case f.inner != nil:
		for _, x := range f.inner {
			x.xml(b)
		}
	case f.bare:
		b.WriteString(f.value)
	default:
		b.WriteString("<![CDATA[" + strings.ReplaceAll(f.value, "]]>", "]]]]><![CDATA[>") + "]]>")
	}
	b.WriteString("</" + f.name + ">\n")
}

// asJSON writes a callback for an account that chose JSON. Elements named item are a
// list.
func asJSON(fields []field) []byte {
	var b bytes.Buffer
	var items [][]byte
	b.WriteByte('{')
	put := func(name string, value []byte) {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(encodeJSON(name))
		b.WriteByte(':')
		b.Write(value)
	}
	for _, f := range fields {
		if f.name == "item" {
			items = append(items, f.json())
			continue
		}
		put(f.name, f.json())
	}
	if items != nil {
		put("item", slices.Concat([]byte{'['}, bytes.Join(items, []byte{','}), []byte{']'}))
	}
	b.WriteByte('}')
	return b.Bytes()
}

func (f field) json() []byte {
	switch {
	case f.inner != nil:
		return asJSON(f.inner)
	case f.bare && json.Valid([]byte(f.value)):
		return []byte(f.value)
	}
	return encodeJSON(f.value)
}

// sign is the platform's signature: SHA-1 over the sorted parts.
func sign(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

const aesKeyChars = 43

func decodeKey(encoded string) ([]byte, error) {
	if len(encoded) != aesKeyChars {
		return nil, fmt.Errorf("has %d characters, want %d", len(encoded), aesKeyChars)
	}
	return base64.StdEncoding.DecodeString(encoded + "=")
}

// paddingBlock is the block of the padding, which is not AES's own of 16.
const paddingBlock = 32

// seal encrypts: random(16) + length(4) + message + appid, padded to 32 bytes.
func seal(key, random, message []byte, appID string) (string, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("seal a callback: %w", err)
	}
	b := slices.Clone(random)
	b = binary.BigEndian.AppendUint32(b, uint32(len(message)))
	b = append(append(b, message...), appID...)
	n := paddingBlock - len(b)%paddingBlock
	b = append(b, bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(b, b)
	return base64.StdEncoding.EncodeToString(b), nil
}

var errSealed = errors.New("the encrypted text is damaged")

const sealedHead = 16 + 4

// unseal decrypts and returns the message and the appid behind it.
func unseal(key []byte, sealed string) (message []byte, appID string, err error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(sealed))
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", errSealed, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, "", fmt.Errorf("unseal a reply: %w", err)
	}
	if len(b) == 0 || len(b)%aes.BlockSize != 0 {
		return nil, "", fmt.Errorf("%w: %d bytes", errSealed, len(b))
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(b, b)
	n := int(b[len(b)-1])
	if n == 0 || n > paddingBlock || n > len(b) || !bytes.Equal(b[len(b)-n:], bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, "", fmt.Errorf("%w: padding", errSealed)
	}
	b = b[:len(b)-n]
	if len(b) < sealedHead {
		return nil, "", fmt.Errorf("%w: too short", errSealed)
	}
	size := int(binary.BigEndian.Uint32(b[16:sealedHead]))
	if size > len(b)-sealedHead {
		return nil, "", fmt.Errorf("%w: length", errSealed)
	}
	return b[sealedHead : sealedHead+size], string(b[sealedHead+size:]), nil
}
