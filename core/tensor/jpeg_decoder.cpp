#include "tensor/jpeg_decoder.h"

#include "base/text.h"

#include <array>
#include <csetjmp>
#include <cstdio> // jpeglib.h needs it
#include <fmt/format.h>

#include <jpeglib.h>

#include <jerror.h>

namespace warmbench {

namespace {

// After these warnings libjpeg invents pixels; its other warnings only say that a file is unusual.
bool losesPixels(int code)
{
    return code == JWRN_HIT_MARKER || code == JWRN_JPEG_EOF || code == JWRN_HUFF_BAD_CODE ||
           code == JWRN_ARITH_BAD_CODE || code == JWRN_MUST_RESYNC;
}

// libjpeg leaves run() by longjmp if it cannot go on. So run() has no local with a destructor:
// everything is in members, which survive the jump.
class JpegDecoder
{
public:
    JpegDecoder()
    {
        m_info.err = jpeg_std_error(&m_errors);
        m_info.client_data = this;
        m_errors.error_exit = [](j_common_ptr info) { of(info).leave(); };
        m_errors.emit_message = [](j_common_ptr info, int level) {
            if (level < 0 && losesPixels(info->err->msg_code))
                of(info).leave();
        };
        m_errors.output_message = [](j_common_ptr) {};
    }
    ~JpegDecoder() { jpeg_destroy_decompress(&m_info); }
    JpegDecoder(const JpegDecoder &) = delete;
    JpegDecoder &operator=(const JpegDecoder &) = delete;

    Result<Image> decode(PictureBytes data)
    {
        m_data = data;
        if (run())
            return std::move(m_image);
        std::array<char, JMSG_LENGTH_MAX> words{};
        m_errors.format_message(reinterpret_cast<j_common_ptr>(&m_info), words.data());
        const bool cut = m_errors.msg_code == JWRN_HIT_MARKER || m_errors.msg_code == JWRN_JPEG_EOF;
        return invalidArgument(fmt::format("The JPEG image is {} ({}); send the whole, undamaged "
                                           "file.",
                                           cut ? "truncated" : "damaged", printable(words.data())));
    }

private:
    static JpegDecoder &of(j_common_ptr info)
    {
        return *static_cast<JpegDecoder *>(info->client_data);
    }
    [[noreturn]] void leave() { std::longjmp(m_start, 1); } // NOLINT: libjpeg is C

    bool run()
    {
        if (setjmp(m_start) != 0) // NOLINT: libjpeg is C
            return false;
        jpeg_create_decompress(&m_info);
        jpeg_mem_src(&m_info, reinterpret_cast<const unsigned char *>(m_data.data()),
                     m_data.size());
        jpeg_read_header(&m_info, TRUE);
        m_cmyk = m_info.num_components == 4;
        m_info.out_color_space = m_cmyk ? JCS_CMYK : JCS_RGB;
        jpeg_start_decompress(&m_info);
        makeRoom();
        while (m_info.output_scanline < m_info.output_height)
            readRow();
        return true;
    }

    void makeRoom()
    {
        m_image.width = static_cast<int>(m_info.output_width);
        m_image.height = static_cast<int>(m_info.output_height);
        m_image.rgb.resize(std::size_t{3} * m_info.output_width * m_info.output_height);
        if (m_cmyk)
            m_row.resize(std::size_t{4} * m_info.output_width);
    }

    void readRow()
    {
        std::uint8_t *to =
            m_image.rgb.data() + std::size_t{3} * m_info.output_width * m_info.output_scanline;
        JSAMPROW row = m_cmyk ? m_row.data() : to;
        jpeg_read_scanlines(&m_info, &row, 1);
        if (!m_cmyk)
            return;
        // Adobe's files store inks inverted: 255 is no ink.
        const unsigned turned = m_info.saw_Adobe_marker ? 0 : 255;
        for (std::size_t x = 0; x < m_info.output_width; ++x, to += 3) {
            const std::uint8_t *ink = m_row.data() + 4 * x;
            for (std::size_t c = 0; c < 3; ++c)
                to[c] = static_cast<std::uint8_t>((ink[c] ^ turned) * (ink[3] ^ turned) / 255);
        }
    }

    PictureBytes m_data;
    jpeg_decompress_struct m_info{};
    jpeg_error_mgr m_errors{};
    std::jmp_buf m_start{};
    bool m_cmyk = false;
    Image m_image;
    std::vector<std::uint8_t> m_row;
};

} // namespace

Result<Image> decodeJpeg(PictureBytes data)
{
    return JpegDecoder().decode(data);
}

} // namespace warmbench
