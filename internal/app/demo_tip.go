package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
)

// demoVolunteer sends one tip in the demo.
const demoVolunteer = "zhou"

// sendTip is what a volunteer does with a browser: open the invitation, fill the form in, send it.
func (d *demo) sendTip(ctx context.Context) error {
	code, err := d.app.SignInCode(ctx, demoVolunteer)
	if err != nil {
		return err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	browser := &http.Client{Jar: jar, Timeout: httpTimeout}
	base := "http://" + d.console
	page, err := submit(ctx, browser, base+"/sign-in", "application/x-www-form-urlencoded", bytes.NewBufferString(url.Values{"code": {code}}.Encode()))
	if err != nil {
		return err
	}
	key := formKeyPattern.FindStringSubmatch(page)
	if key == nil {
		return fmt.Errorf("a volunteer's invitation leads to no form")
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for name, value := range map[string]string{
		"key": key[1], "category": "fraud", "text": "业主群里有人发“居家刷单，先垫付后返佣”的招募，留了联系方式", "source": "本小区业主群", "grade": "B", "worth": "3",
	} {
		if err := w.WriteField(name, value); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	_, err = submit(ctx, browser, base+"/tip", w.FormDataContentType(), &form)
	return err
}

var formKeyPattern = regexp.MustCompile(`action="/tip"[^>]*><input type="hidden" name="key" value="([^"]+)"`)

// submit sends a form and returns the page it leads to.
func submit(ctx context.Context, browser *http.Client, to, kind string, body io.Reader) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, body)
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", kind)
	resp, err := browser.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers a volunteer with %d", to, resp.StatusCode)
	}
	return string(page), err
}
