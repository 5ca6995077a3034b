// Builds small ONNX files with difficulties that the shared test models do not have.
// Thread: a value.
#pragma once

#include "base/file.h"
#include "tensor/shape.h"

#include <filesystem>
#include <initializer_list>
#include <onnx/onnx_pb.h>
#include <QTemporaryDir>
#include <string>

namespace warmbench {

class OnnxBuilder
{
public:
    explicit OnnxBuilder(int opset = 11)
    {
        m_model.set_ir_version(7);
        m_model.add_opset_import()->set_version(opset);
        m_model.mutable_graph()->set_name("g");
    }
    onnx::NodeProto *node(const char *op, std::initializer_list<const char *> inputs,
                          std::initializer_list<const char *> outputs)
    {
        auto *made = m_model.mutable_graph()->add_node();
        made->set_op_type(op);
        made->set_name(std::string("n_") + op);
        for (const char *one : inputs)
            made->add_input(one);
        for (const char *one : outputs)
            made->add_output(one);
        return made;
    }
    void input(const char *name, const Shape &shape, int type = onnx::TensorProto::FLOAT)
    {
        value(m_model.mutable_graph()->add_input(), name, shape, type);
    }
    void output(const char *name, const Shape &shape, int type = onnx::TensorProto::FLOAT)
    {
        value(m_model.mutable_graph()->add_output(), name, shape, type);
    }
    void floats(const char *name, const Shape &shape, std::initializer_list<float> values)
    {
        auto *made = m_model.mutable_graph()->add_initializer();
        made->set_name(name);
        made->set_data_type(onnx::TensorProto::FLOAT);
        for (const std::int64_t extent : shape)
            made->add_dims(extent);
        for (const float one : values)
            made->add_float_data(one);
    }
    void int64s(const char *name, std::initializer_list<std::int64_t> values)
    {
        auto *made = m_model.mutable_graph()->add_initializer();
        made->set_name(name);
        made->set_data_type(onnx::TensorProto::INT64);
        made->add_dims(static_cast<std::int64_t>(values.size()));
        for (const std::int64_t one : values)
            made->add_int64_data(one);
    }
    // Adds an attribute to a node that node() made.
    static void ints(onnx::NodeProto *node, const char *name,
                     std::initializer_list<std::int64_t> values)
    {
        auto *made = attribute(node, name, onnx::AttributeProto::INTS);
        for (const std::int64_t one : values)
            made->add_ints(one);
    }
    static void number(onnx::NodeProto *node, const char *name, std::int64_t value)
    {
        attribute(node, name, onnx::AttributeProto::INT)->set_i(value);
    }
    static void real(onnx::NodeProto *node, const char *name, float value)
    {
        attribute(node, name, onnx::AttributeProto::FLOAT)->set_f(value);
    }
    static void text(onnx::NodeProto *node, const char *name, const char *value)
    {
        attribute(node, name, onnx::AttributeProto::STRING)->set_s(value);
    }
    // The nodes and outputs of another builder, for If, Loop and Scan.
    static void graph(onnx::NodeProto *node, const char *name, const OnnxBuilder &value)
    {
        *attribute(node, name, onnx::AttributeProto::GRAPH)->mutable_g() = value.m_model.graph();
    }
    void sequenceOutput(const char *name, int type = onnx::TensorProto::FLOAT)
    {
        auto *made = m_model.mutable_graph()->add_output();
        made->set_name(name);
        made->mutable_type()
            ->mutable_sequence_type()
            ->mutable_elem_type()
            ->mutable_tensor_type()
            ->set_elem_type(type);
    }
    onnx::ModelProto &model() { return m_model; }
    std::filesystem::path save(const QTemporaryDir &folder, const char *name) const
    {
        auto path = std::filesystem::path(folder.path().toStdString()) / name;
        const auto done = writeFile(path, m_model.SerializeAsString());
        Q_ASSERT(done);
        return path;
    }

private:
    static onnx::AttributeProto *attribute(onnx::NodeProto *node, const char *name,
                                           onnx::AttributeProto::AttributeType type)
    {
        auto *made = node->add_attribute();
        made->set_name(name);
        made->set_type(type);
        return made;
    }
    static void value(onnx::ValueInfoProto *info, const char *name, const Shape &shape, int type)
    {
        info->set_name(name);
        auto *tensor = info->mutable_type()->mutable_tensor_type();
        tensor->set_elem_type(type);
        for (const std::int64_t extent : shape) {
            auto *dim = tensor->mutable_shape()->add_dim();
            if (extent >= 0)
                dim->set_dim_value(extent);
            else
                dim->set_dim_param("batch");
        }
    }
    onnx::ModelProto m_model;
};

} // namespace warmbench
