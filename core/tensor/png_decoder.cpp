#include "tensor/png_decoder.h"

#include "base/text.h"
#include "tensor/over_white.h"

#include <bit>
#include <csetjmp>
#include <cstring>
#include <fmt/format.h>
#include <png.h>

namespace warmbench {

namespace {

constexpr png_uint_32 anySide = 0x7FFFFFFF; // the number of pixels has been checked before

// libpng leaves run() by longjmp if it cannot go on. So run() has no local with a destructor:
// everything is in members, which survive the jump.
class PngDecoder
{
public:
    PngDecoder() = default;
    ~PngDecoder() { png_destroy_read_struct(&m_png, &m_info, nullptr); }
    PngDecoder(const PngDecoder &) = delete;
    PngDecoder &operator=(const PngDecoder &) = delete;

    Result<Image> decode(PictureBytes data)
    {
        m_data = data;
        m_png = png_create_read_struct(
            PNG_LIBPNG_VER_STRING, this,
            [](png_structp png, png_const_charp words) {
                static_cast<PngDecoder *>(png_get_error_ptr(png))->leave(words);
            },
            [](png_structp, png_const_charp) {});
        m_info = m_png ? png_create_info_struct(m_png) : nullptr;
        if (!m_info)
            return Error{ErrorCode::ResourceExhausted, "No memory to decode the image."};
        if (run())
            return std::move(m_image);
        return invalidArgument(fmt::format("The PNG image is {} ({}); send the whole, undamaged "
                                           "file.",
                                           m_cut ? "truncated" : "damaged", printable(m_words)));
    }

private:
    [[noreturn]] void leave(const char *words)
    {
        m_words = words;
        std::longjmp(m_start, 1); // NOLINT: libpng is C
    }

    static void read(png_structp png, png_bytep to, std::size_t count)
    {
        auto &self = *static_cast<PngDecoder *>(png_get_io_ptr(png));
        if (count > self.m_data.size()) {
            self.m_cut = true;
            png_error(png, "its end is missing");
        }
        std::memcpy(to, self.m_data.data(), count);
        self.m_data = self.m_data.subspan(count);
    }

    bool run()
    {
        if (setjmp(m_start) != 0) // NOLINT: libpng is C
            return false;
        png_set_read_fn(m_png, this, &PngDecoder::read);
        png_set_user_limits(m_png, anySide, anySide);
        // Skips all chunks except the header, palette, transparency and pixels.
        png_set_keep_unknown_chunks(m_png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
        png_read_info(m_png, m_info);
        askForRgb();
        m_passes = png_set_interlace_handling(m_png);
        png_read_update_info(m_png, m_info);
        makeRoom();
        for (int pass = 0; pass < m_passes; ++pass) {
            for (m_y = 0; m_y < m_image.height; ++m_y)
                readRow(pass + 1 == m_passes);
        }
        png_read_end(m_png, nullptr);
        return true;
    }

    // Rows have three samples of 8 bits, or four of 8 or 16 bits if transparency or depth needs
    // them.
    void askForRgb()
    {
        m_wide = png_get_bit_depth(m_png, m_info) == 16;
        m_direct = !m_wide && (png_get_color_type(m_png, m_info) & PNG_COLOR_MASK_ALPHA) == 0 &&
                   png_get_valid(m_png, m_info, PNG_INFO_tRNS) == 0;
        png_set_expand(m_png);
        png_set_gray_to_rgb(m_png);
        if (m_wide) {
            png_set_add_alpha(m_png, 0xFFFF, PNG_FILLER_AFTER);
            if constexpr (std::endian::native == std::endian::little)
                png_set_swap(m_png);
        }
    }

    void makeRoom()
    {
        m_image.width = static_cast<int>(png_get_image_width(m_png, m_info));
        m_image.height = static_cast<int>(png_get_image_height(m_png, m_info));
        m_stride = std::size_t{3} * static_cast<unsigned>(m_image.width);
        m_image.rgb.resize(m_stride * static_cast<unsigned>(m_image.height));
        if (m_direct)
            return;
        m_rowBytes = png_get_rowbytes(m_png, m_info);
        m_rows.resize(m_passes > 1 ? m_rowBytes * static_cast<unsigned>(m_image.height)
                                   : m_rowBytes);
    }

    void readRow(bool last)
    {
        const auto y = static_cast<std::size_t>(m_y);
        std::uint8_t *to = m_image.rgb.data() + m_stride * y;
        std::uint8_t *row = m_direct ? to : m_rows.data() + (m_passes > 1 ? m_rowBytes * y : 0);
        png_read_row(m_png, row, nullptr);
        if (m_direct || !last)
            return;
        const auto width = static_cast<std::size_t>(m_image.width);
        if (m_wide)
            layOverWhite(reinterpret_cast<const std::uint16_t *>(row), width, to);
        else
            layOverWhite(row, width, to);
    }

    PictureBytes m_data; // the part that is not read yet
    png_structp m_png = nullptr;
    png_infop m_info = nullptr;
    std::jmp_buf m_start{};
    std::string m_words;
    bool m_cut = false;
    bool m_wide = false;
    bool m_direct = false; // rows are written straight into the picture
    int m_passes = 1;
    int m_y = 0;
    std::size_t m_stride = 0;
    std::size_t m_rowBytes = 0;
    Image m_image;
    std::vector<std::uint8_t> m_rows; // one row, or all of them if passes fill them bit by bit
};

} // namespace

Result<Image> decodePng(PictureBytes data)
{
    return PngDecoder().decode(data);
}

} // namespace warmbench
