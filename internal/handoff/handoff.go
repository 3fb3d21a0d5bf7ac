// Package handoff builds the clue package that is handed over to another unit: the files it is made
// of, the numbers and names taken out of what people wrote, and the place that decides which
// unit it is for.
//
// # Failure model
//
// Everything here is a pure function: the same hand-off under the same key gives the same files, byte for
// byte, and the same ids, so that a package that arrives twice is one package. A package never holds
// the number of an identity card, nor more than the ends of a victim's card; who reported is in it only when
// the hand-off says so, which takes a second person's approval. The manifest names every file by
// its SHA-256 and is signed: a file that was changed or left out on the way is found by [Verify].
package handoff

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// File is one file of a package.
type File struct {
	Name string
	Type string // MIME type
	Data []byte
}

// The names of the files that hold a package together.
const (
	ManifestName  = "manifest.json"
	SignatureName = "manifest.json.sig"
)

// manifest lists what a package is made of.
type manifest struct {
	Format     string          `json:"format"`
	Code       string          `json:"code"`
	Revision   int             `json:"revision"`
	From       string          `json:"from"`
	To         string          `json:"to"`
	Withdrawn  bool            `json:"withdrawn,omitempty"`
	Files      []manifestEntry `json:"files"`
	Key        string          `json:"key"` // Ed25519 public key, base64: compare it with the published one
	Supersedes int             `json:"supersedes,omitempty"`
}

type manifestEntry struct {
	Name   string `json:"name"`
	Size   int    `json:"size"` // in bytes
	SHA256 string `json:"sha256"`
}

const format = "netpatrol-handoff/1"

// Build makes the files of a package, signed with key, which is one of Ed25519. slip gives the code on the return slip for each answer;
// of a package that was withdrawn only the notice of that is left.
func Build(h *record.Handoff, key crypto.Signer, slip func(as string) string) ([]File, error) {
	files := []File{}
	withdrawn := h.State == record.HandoffWithdrawn
	builders := []func(*record.Handoff) (File, error){stix, workbook, table}
	if withdrawn {
		builders = nil
	}
	for _, build := range append(builders, func(h *record.Handoff) (File, error) { return page(h, slip) }) {
		f, err := build(h)
		if err != nil {
			return nil, fmt.Errorf("build package %s: %w", h.Code, err)
		}
		files = append(files, f)
	}
	return sealed(h, files, key, withdrawn)
}

// sealed adds the manifest and its signature.
func sealed(h *record.Handoff, files []File, key crypto.Signer, withdrawn bool) ([]File, error) {
	m := manifest{
		Format: format, Code: h.Code, Revision: h.Revision, From: h.Package.FromUnit, To: h.Package.ToUnit, Withdrawn: withdrawn,
		Key: PublicKey(key), Supersedes: h.Revision - 1,
	}
	for _, f := range files {
		m.Files = append(m.Files, manifestEntry{f.Name, len(f.Data), digest(f.Data)})
	}
	b, err := indented(m)
	if err != nil {
		return nil, err
	}
	signed, err := key.Sign(nil, b, crypto.Hash(0)) // Ed25519 takes no randomness
	if err != nil {
		return nil, fmt.Errorf("sign the manifest: %w", err)
	}
	sig := base64.StdEncoding.EncodeToString(signed) + "\n"
	return append(files, File{ManifestName, "application/json", b}, File{SignatureName, "text/plain; charset=utf-8", []byte(sig)}), nil
}

// PublicKey is the key by which others check packages, in base64.
func PublicKey(key crypto.Signer) string {
	return base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
}

// Digest is the hex SHA-256 of the manifest, by which it stands for all files.
func Digest(files []File) string {
	for _, f := range files {
		if f.Name == ManifestName {
			return digest(f.Data)
		}
	}
	return digest(nil)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

// ErrForged says that a package is not what the unit signed.
var ErrForged = errors.New("the package is not what was signed")

// Verify checks the files of a package against its manifest, and that against the public key in base64.
func Verify(files []File, public string) error {
	byName := map[string][]byte{}
	for _, f := range files {
		byName[f.Name] = f.Data
	}
	key, err := base64.StdEncoding.DecodeString(public)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("the public key is not one of Ed25519 in base64: %w", ErrForged)
	}
	sig, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(byName[SignatureName])))
	if err != nil || !ed25519.Verify(key, byName[ManifestName], sig) {
		return fmt.Errorf("signature of the manifest: %w", ErrForged)
	}
	var m manifest
	if err := json.Unmarshal(byName[ManifestName], &m); err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	for _, e := range m.Files {
		if data, ok := byName[e.Name]; !ok || digest(data) != e.SHA256 {
			return fmt.Errorf("file %s: %w", e.Name, ErrForged)
		}
	}
	return nil
}

// china is the zone in which people read times.
var china = time.FixedZone("CST", 8*60*60)

func clock(t time.Time) string { return t.In(china).Format("2006-01-02 15:04") }

// kindWords, platformWords and roleWords are what people read. They never change.
var (
	kindWords = map[string]string{
		"phone": "电话", "card": "银行卡", "account": "银行账户", "wechat": "微信", "qq": "QQ", "alipay": "支付宝", "order": "支付订单号", "telegram": "Telegram", "meeting": "会议号",
		"email": "邮箱", "url": "网址", "app": "应用", "wallet": "虚拟币钱包", "amount": "金额（元）", "coins": "虚拟币", "time": "时间",
	}
	platformWords = map[string]string{
		"wechat": "微信公众号", "weibo": "微博", "kiosk": "报警岗亭", "mastodon": "微博客", "discuz": "论坛", "nodebb": "论坛", "discourse": "论坛",
		"bridge": "合作网站", "feed": "网页更新", "manual": "人工登记",
	}
	roleWords = map[string]string{"suspect": "举报中的对方", "victim": "举报人一方", "": "未明"} // nobody has found anything out yet
)

// saidWords are what the reporter said of what was read. They never change.
var saidWords = map[bots.CheckAs]string{
	bots.CheckConfirmed: "本人已确认", bots.CheckCorrected: "本人更正", bots.CheckDisputed: "本人说有误，待更正", bots.CheckOwn: "本人说是自己的", "": "本人未确认",
}

// SaidWord is in words what the reporter said of an indicator of a report; nothing where nobody reported it.
func SaidWord(h *record.Handoff, i record.HandoffIndicator) string {
	if h.About.Kind != bots.KindReport {
		return ""
	}
	return saidWords[i.Said]
}

// SaidAfter is the same behind a comma.
func SaidAfter(h *record.Handoff, i record.HandoffIndicator) string {
	if w := SaidWord(h, i); w != "" {
		return "，" + w
	}
	return ""
}

// KindWord is an indicator's kind in words.
func KindWord(kind string) string { return word(kindWords, kind) }

// RoleWord is an indicator's role in words.
func RoleWord(role string) string { return word(roleWords, role) }

func word(table map[string]string, key string) string {
	if w, ok := table[key]; ok {
		return w
	}
	return key
}

// rows are the package as a table.
func rows(h *record.Handoff) [][]string {
	all := [][]string{{"移交编号", "修订", "种类", "内容", "归属", "把握（1-100）", "说明"}}
	for _, i := range h.Package.Indicators {
		note := ""
		if i.Masked {
			note = "已遮盖"
		}
		if i.Approx {
			note += "约数"
		}
		note = strings.TrimPrefix(note+SaidAfter(h, i), "，")
		all = append(all, []string{h.Code, fmt.Sprint(h.Revision), KindWord(i.Kind), i.Value, RoleWord(i.Role), fmt.Sprint(i.Confidence), note})
	}
	for _, n := range h.Notes {
		all = append(all, []string{h.Code, fmt.Sprint(h.Revision), "更正", n.Text, "", "", clock(n.At)})
	}
	return all
}

// inert keeps a spreadsheet from taking a text for a formula.
func inert(s string) string {
	if s != "" && bytes.IndexByte([]byte("=+-@\t\r"), s[0]) >= 0 {
		return "'" + s
	}
	return s
}

// table is the package as CSV, in UTF-8 with the mark by which spreadsheets know that.
func table(h *record.Handoff) (File, error) {
	b := bytes.NewBufferString("\uFEFF")
	w := csv.NewWriter(b)
	w.UseCRLF = true
	for _, r := range rows(h) {
		for i := range r {
			r[i] = inert(r[i])
		}
		if err := w.Write(r); err != nil {
			return File{}, err
		}
	}
	w.Flush()
	return File{"clue.csv", "text/csv; charset=utf-8", b.Bytes()}, w.Error()
}
